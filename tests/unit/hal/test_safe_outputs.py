"""Every output low, by the kernel's GPIO interface: here against a stand-in for the kernel's side of ``ioctl``."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hal import safe_outputs
from tests.fakes.plant import GPIO_12, running_plant

ALL_OUTPUTS = [*range(16, 28), 15]


class Kernel:
    """Chips by path, and what was asked of their lines."""

    def __init__(self, tmp_path: Path, labels: list[str]) -> None:
        self.devices = []
        self.labels = {}
        for index, label in enumerate(labels):
            device = tmp_path / f"gpiochip{index}"
            device.touch()
            self.devices.append(device)
            self.labels[device.resolve()] = label
        self.requests: list[tuple[str, safe_outputs.LineRequest]] = []
        self.busy: set[int] = set()
        self.handed_out: list[int] = []

    def ioctl(self, descriptor: int, number: int, argument: ctypes.Structure) -> object:
        label = self.labels[Path(f"/proc/self/fd/{descriptor}").resolve()]
        if number == 0x8044B401:
            ctypes.memmove(ctypes.addressof(argument) + 32, label.encode().ljust(32, b"\0"), 32)
            return 0
        assert number == 0xC250B407
        assert isinstance(argument, safe_outputs.LineRequest)
        if argument.offsets[0] in self.busy:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self.requests.append((label, argument))
        argument.fd = os.open(os.devnull, os.O_RDONLY)
        self.handed_out.append(argument.fd)
        return 0

    def run(self, *words: str) -> int:
        return safe_outputs.main(list(words) or [str(GPIO_12)], self.devices, self.ioctl)


@pytest.mark.parametrize("label", safe_outputs.CHIP_LABELS)
def test_every_output_is_driven_low(tmp_path: Path, label: str) -> None:
    kernel = Kernel(tmp_path, ["raspberrypi-exp-gpio", label, "other"])
    assert kernel.run() == 0
    assert [request.offsets[0] for _, request in kernel.requests] == ALL_OUTPUTS
    for chip, request in kernel.requests:
        assert chip == label
        assert request.num_lines == 1
        assert request.config.flags == 1 << 3, "not an output"
        assert request.config.num_attrs == 1
        attribute = request.config.attrs[0]
        assert (attribute.attr.id, attribute.attr.value, attribute.mask) == (2, 0, 1), "no value for line 0"
        assert bytes(request.consumer) == b"abholfach-safe-outputs"
    for descriptor in kernel.handed_out:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


def test_a_busy_line_is_reported_and_the_others_are_driven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kernel = Kernel(tmp_path, ["pinctrl-rp1"])
    kernel.busy = {16, 20}
    assert kernel.run() == 1
    assert [request.offsets[0] for _, request in kernel.requests] == [pin for pin in ALL_OUTPUTS if pin not in (16, 20)]
    assert capsys.readouterr().err == (
        "safe outputs: GPIO 16 was not driven low: another process holds the line\n"
        "safe outputs: GPIO 20 was not driven low: another process holds the line\n"
    )


def test_no_chip_and_no_profile_are_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Kernel(tmp_path, ["something-else"]).run() == 2
    assert "no GPIO chip of a Raspberry Pi" in capsys.readouterr().err
    assert Kernel(tmp_path, ["pinctrl-rp1"]).run(str(tmp_path / "gone.toml")) == 2
    assert "gone.toml" in capsys.readouterr().err


def test_a_profile_with_a_typo_still_names_its_pins(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.toml"
    file.write_text('nonsense = 1\n[[compartments]]\nlock = 17\nlamp = 5\n[[compartments]]\nlock = "x"\n')
    assert safe_outputs.output_pins(file) == [17, 5]
    file.write_text(
        '[[compartments]]\nlock = 17\nbank = ["main"]\nlamp = 5\nlamp_bank = {}\n[indicators]\nbuzzer_bank = []\n'
    )
    assert safe_outputs.output_pins(file) == [17, 5]
    assert safe_outputs.output_relays(file) == []
    file.write_text("compartments = 3\n")
    with pytest.raises(ValueError, match="names no lock"):
        safe_outputs.output_pins(file)


def test_the_structures_are_the_kernels(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None or not Path("/usr/include/linux/gpio.h").exists():
        pytest.skip("needs a C compiler and the kernel's headers")
    source = tmp_path / "sizes.c"
    source.write_text(
        "#include <stddef.h>\n#include <stdio.h>\n#include <sys/ioctl.h>\n#include <linux/gpio.h>\n"
        "int main(void) { struct gpio_v2_line_request *r = 0; (void)r;\n"
        ' printf("%zu %zu %zu %zu %zu %zu %lu %lu\\n",\n'
        "  sizeof(struct gpiochip_info), sizeof(struct gpio_v2_line_request),\n"
        "  offsetof(struct gpio_v2_line_request, config), offsetof(struct gpio_v2_line_request, num_lines),\n"
        "  offsetof(struct gpio_v2_line_request, fd), offsetof(struct gpio_v2_line_config, attrs),\n"
        "  (unsigned long)GPIO_GET_CHIPINFO_IOCTL, (unsigned long)GPIO_V2_GET_LINE_IOCTL); return 0; }\n"
    )
    program = tmp_path / "sizes"
    subprocess.run([compiler, source, "-o", program], check=True)
    printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
    request = safe_outputs.LineRequest
    assert [int(number) for number in printed] == [
        68,
        ctypes.sizeof(request),
        request.config.offset,
        request.num_lines.offset,
        request.fd.offset,
        type(request().config).attrs.offset,
        safe_outputs.GET_CHIPINFO,
        safe_outputs.GET_LINE,
    ]


def test_it_needs_the_standard_library_only() -> None:
    code = (
        "import sys; before = set(sys.modules); import hal.safe_outputs\n"
        "tops = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(tops - sys.stdlib_module_names - {'hal'}), 'hal.profile' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout == "[] False\n"


def test_the_simulated_kind_does_the_same_at_the_plant() -> None:
    with running_plant() as plant:
        plant.person.set_line("header:22", 1)
        assert plant.person.box("A07").line == 1
        command = [
            sys.executable,
            "-m",
            "simulator.safe_outputs",
            "--profile",
            str(plant.profile),
            "--socket",
            str(plant.socket),
        ]
        subprocess.run(command, check=True)
        assert plant.person.box("A07").line == 0
        command[-1] = str(plant.socket.with_name("elsewhere"))
        failed = subprocess.run(command, check=False, capture_output=True, text=True)
        assert failed.returncode == 1
        assert "no plant answers" in failed.stderr
