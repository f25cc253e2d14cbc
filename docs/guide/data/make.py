"""Makes the data of the guide: simulated, the same bytes every time. Needs Python 3 alone."""

import math
import random


def write(name, lines):
    with open(name, "w", newline="\n") as file:
        file.write("\n".join(lines) + "\n")


def comma(x, digits):
    return f"{x:.{digits}f}".replace(".", ",")


def press(seed, first, n, faults):
    """Strokes of a press, as a German controller exports them: force follows thickness and temperature follows speed."""
    draw = random.Random(seed)
    lines = ["id;zeit;werk;dicke;kraft;tempo;temperatur;schutz", ";;;mm;kN;1/min;°C;"]
    for i in range(first, first + n):
        thick, speed = draw.uniform(1.0, 3.0), draw.gauss(60, 6)
        plant = "Nord" if draw.random() < 0.6 else "Süd"
        force = 180 + 210 * thick + (25 if plant == "Süd" else 0) + draw.gauss(0, 9)
        heat = 22 + 0.45 * speed + draw.gauss(0, 1.2)
        fault = faults.get(i - first)
        if fault == "force":
            force -= 190
        if fault == "heat":
            heat = 22 + 0.45 * (120 - speed) + 9
        if fault == "plant":
            plant = "West"
        guard = "FALSE" if fault == "guard" else "TRUE"
        minute = 7 * 60 + i - first
        time = f"{2 + (first > 0):02d}.03.2026 {minute // 60:02d}:{minute % 60:02d}"
        cells = [f"S{i:05d}", time, plant, comma(thick, 2), comma(force, 1), comma(speed, 1), comma(heat, 1), guard]
        if first == 0 and i in (57, 191):
            cells[6] = ""
        lines.append(";".join(cells))
    return lines


def labelled(seed, n):
    """The same strokes with what the inspector said, as plain CSV."""
    draw = random.Random(seed)
    faults = {i: draw.choice(["force", "heat", "plant"]) for i in draw.sample(range(n), n // 10)}
    plain = press(seed, 20000, n, faults)
    rows = [plain[0].replace(";", ",") + ",urteil"]
    for i, line in enumerate(plain[2:]):
        rows.append(line.replace(",", ".").replace(";", ",") + (",schlecht" if i in faults else ",gut"))
    return rows


def log(seed, first, n, change):
    """Readings of a cooling pump, one a minute: pressure with the rhythm of the valve, current that follows it, a day's course."""
    draw = random.Random(seed)
    lines = ["time,pressure,current,water"]
    for i in range(first, first + n):
        beat = math.sin(2 * math.pi * i / 24.7)
        pressure = 4.0 + 0.5 * beat + draw.gauss(0, 0.05)
        current = 12.0 + 1.5 * beat + draw.gauss(0, 0.2)
        water = 18 + 3 * math.sin(2 * math.pi * i / 1440) + draw.gauss(0, 0.1)
        values = change(i - first, [pressure, current, water])
        day, minute = 1 + i // 1440, i % 1440
        time = f"2026-03-{day:02d} {minute // 60:02d}:{minute % 60:02d}"
        if values is not None:
            lines.append(time + "," + ",".join(f"{v:.3f}" for v in values))
    return lines


def night(i, values):
    pressure, current, water = values
    if 700 <= i < 760:
        return None  # the logger was off
    if i == 210:
        pressure += 1.5
    if 380 <= i < 440:
        current = 12.3
    if 900 <= i < 1020:
        pressure = 4.0 + 0.5 * math.sin(2 * math.pi * i / 15) + (pressure - 4.0) * 0.1
    return [pressure, current, water]


def strokes(seed, n, bad):
    """Whole strokes as series of two channels and unequal lengths: way and force."""
    draw = random.Random(seed)
    lines = ["@problemname Strokes", "@dimensions 2", "@classlabel true good worn", "@data"]
    for i in range(n):
        length, peak = draw.randint(36, 44), draw.gauss(1, 0.05)
        worn = i in bad
        way = [math.sin(math.pi * t / (length - 1)) + draw.gauss(0, 0.01) for t in range(length)]
        force = [peak * math.exp(-((t / length - 0.55) / 0.12) ** 2) + draw.gauss(0, 0.02) for t in range(length)]
        if worn:
            start = draw.randint(length // 2, length - 14)
            for t in range(start, start + 8):
                force[t] += 0.25 * (-1) ** t
        text = ":".join(",".join(f"{v:.3f}" for v in channel) for channel in (way, force))
        lines.append(text + (":worn" if worn else ":good"))
    return lines


write("press.csv", press(1, 0, 300, {}))
write("today.csv", press(2, 10000, 120, {18: "force", 52: "heat", 77: "plant", 99: "guard"}))
write("labelled.csv", labelled(3, 200))
write("pump-log.csv", log(4, 0, 6000, lambda i, values: values))
write("night.csv", log(5, 7200, 1440, night))
write("strokes.ts", strokes(6, 90, set()))
write("new-strokes.ts", strokes(7, 30, {4, 11, 23}))
