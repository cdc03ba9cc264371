"""What is copied out of npm packages, and nothing else."""

from pathlib import Path

import pytest

from entente.ui.vendor_files import PRINTED, SERVED, axe_script, copy_all, copy_vendor_files


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    for source in (*SERVED, *PRINTED):
        path = tmp_path / "node_modules" / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.encode())
    return tmp_path / "node_modules"


def test_every_listed_file_arrives_whole(packages: Path, tmp_path: Path) -> None:
    copies = copy_vendor_files(packages, tmp_path / "vendor")
    assert [copy.read_bytes().decode() for copy in copies] == list(SERVED)


def test_whole_fonts_for_paper_lie_apart_from_what_is_served(packages: Path, tmp_path: Path) -> None:
    copies = copy_all(packages, tmp_path)
    assert len(copies) == len(SERVED) + len(PRINTED)
    assert sorted(path.name for path in (tmp_path / "print_fonts").iterdir()) == sorted(PRINTED.values())
    assert not list((tmp_path / "static").rglob("*.ttf"))


def test_every_font_brings_its_licence() -> None:
    licences = {name.split(".")[0] for name in PRINTED.values() if name.endswith(".LICENSE.txt")}
    assert licences == {name.split("-")[0] for name in PRINTED.values() if name.endswith(".ttf")}


def test_what_is_no_longer_listed_is_taken_away(packages: Path, tmp_path: Path) -> None:
    stale = tmp_path / "vendor" / "old" / "library.js"
    stale.parent.mkdir(parents=True)
    stale.write_text("old")
    copy_vendor_files(packages, tmp_path / "vendor")
    assert not stale.exists()


def test_a_missing_package_is_named_with_what_to_do(packages: Path, tmp_path: Path) -> None:
    missing = next(iter(SERVED))
    (packages / missing).unlink()
    with pytest.raises(FileNotFoundError, match=missing) as error:
        copy_vendor_files(packages, tmp_path / "vendor")
    assert "npm ci" in str(error.value)
    assert not (tmp_path / "vendor").exists()


def test_the_accessibility_checker_is_never_served(packages: Path) -> None:
    assert not any("axe" in source for source in SERVED)
    with pytest.raises(FileNotFoundError, match="npm ci"):
        axe_script(packages)
