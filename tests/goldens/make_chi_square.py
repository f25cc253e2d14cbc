"""Writes chi_square.json: chi-square quantiles and tails by mpmath at 60 digits. Needs mpmath (1.3.0 was used)."""

import json
from pathlib import Path

import mpmath as mp

mp.mp.dps = 60


def ln_tail(x, dof, upper):
    bounds = (mp.mpf(x) / 2, mp.inf) if upper else (0, mp.mpf(x) / 2)
    return mp.log(mp.gammainc(mp.mpf(dof) / 2, *bounds, regularized=True))


def quantile(alpha, dof):
    """Bisection, then Newton, of the logarithm of the smaller tail against ln x."""
    upper = alpha <= 0.5
    target = mp.log(mp.mpf(alpha)) if upper else mp.log(1 - mp.mpf(alpha))
    a = mp.mpf(dof) / 2
    low, high = mp.log(mp.mpf("1e-20")), mp.log(mp.mpf(dof) + 1500 + 60 * mp.sqrt(dof))
    for _ in range(25):
        middle = (low + high) / 2
        beyond = (ln_tail(mp.e**middle, dof, upper) < target) == upper
        low, high = (low, middle) if beyond else (middle, high)
    u = (low + high) / 2
    for _ in range(8):
        t = mp.e**u / 2
        tail = ln_tail(2 * t, dof, upper)
        slope = mp.exp(a * mp.log(t) - t - mp.loggamma(a) - tail) * (-1 if upper else 1)
        u += (target - tail) / slope
    assert abs(ln_tail(mp.e**u, dof, upper) - target) < mp.mpf(10) ** -40, (alpha, dof)
    return float(mp.e**u)


alphas = [0.999999, 0.99, 0.95, 0.75, 0.5, 0.25, 0.05, 0.025]
alphas += [float(f"1e-{i}") for i in (1, 2, 3, 4, 6, 8, 9, 10, 12, 15, 18, 20, 24, 27, 30, 100, 300)]
quantiles = [
    {"dof": dof, "alpha": alpha, "quantile": quantile(alpha, dof)}
    for dof in (1, 2, 3, 5, 8, 21, 64, 274, 1000, 5000)
    for alpha in alphas
]
tails = []
for dof in (1, 2, 3, 8, 31, 32, 33, 274, 5000, 200000):
    for share in (0.01, 0.5, 0.9, 0.99, 1.0, 1.01, 1.1, 1.5, 3.0):
        x = dof * share
        value = ln_tail(x, dof, True)
        if -1e4 < value < -1e-300:
            tails.append({"dof": dof, "x": x, "ln_survival": float(value)})
about = "Upper quantiles of chi-square by tail probability, and logarithms of its survival function: mpmath 1.3.0, 60 digits."
lines = lambda items: ",\n".join(json.dumps(item) for item in items)
text = '{"about": %s,\n"quantiles": [\n%s\n],\n"tails": [\n%s\n]}\n' % (json.dumps(about), lines(quantiles), lines(tails))
Path(__file__).with_name("chi_square.json").write_text(text)
