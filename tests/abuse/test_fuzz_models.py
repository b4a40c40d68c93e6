"""Model files that are damaged or foreign: refused in a sentence, or a network that works."""

import copy
import io
import json
import time
import zipfile

import numpy as np
import pytest
from fuzzing import TRIED, fuzz
from hypothesis import strategies as st

from course.texts import VERSE
from rnn_core import RNN, Adam, FastRNN

REFUSED = "is damaged, or not a saved network: "


def saved(folder, dtype=np.float64, batch_size=None, optimizer=None, iterations=3):
    """The bytes of a network's file."""
    rnn = RNN(22, 3, 5, seed=1, dtype=dtype)
    rnn.optimizer = optimizer or rnn.optimizer
    if iterations:
        rnn.train(VERSE, iterations, batch_size=batch_size, report=None)
    rnn.save(folder / "model.npz")
    return (folder / "model.npz").read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A file to write to, and three sound files to start from."""
    folder = tmp_path_factory.mktemp("models")
    place.path = folder / "model.npz"
    place.sound = [
        saved(folder),
        saved(folder, np.float32, 2, Adam(1e-3)),
        saved(folder, iterations=0),
    ]
    return place


def members_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(members, compression=zipfile.ZIP_STORED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as file:
        for name, data in members:
            file.writestr(name, data)
    return target.getvalue()


def npy(array):
    target = io.BytesIO()
    np.save(target, array, allow_pickle=True)
    return target.getvalue()


def try_file(place, data, kind, used=True):
    """Load the bytes as a network, plain and fast. It is refused in a sentence, or it can be used.

    used: whether what is loaded must speak and learn; one whose settings someone has rewritten
    need not.
    """
    place.path.write_bytes(data)
    for network in (RNN, FastRNN):
        start = time.perf_counter()
        try:
            rnn = network.load(place.path)
        except ValueError as error:
            assert REFUSED in str(error) and "\n" not in str(error), error
            TRIED[f"{kind}: refused"] += 1
            rnn = None
        assert time.perf_counter() - start < 5, "it takes too long"
        if rnn:
            TRIED[f"{kind}: loaded"] += 1
            with np.errstate(all="ignore"):
                works(rnn) if used else None
    return rnn


def works(rnn):
    """Use a network. A weight that is no finite number is said in a sentence of its own."""
    whole = all(np.isfinite(array).all() for array in rnn.parameters.values())
    try:
        assert all(0 <= ix < rnn.vocab_size for ix in rnn.sample(0, 3))
        assert len(rnn.generate(rnn.vocabulary.characters[0], 2)) == 2 if rnn.vocabulary else True
    except ValueError as error:
        assert not whole and "not a finite number" in str(error)
    if rnn.vocabulary is None:
        return
    text = rnn.vocabulary.characters * (2 + rnn.seq_length // 2) if rnn.seq_length < 1000 else "ab"
    try:
        rnn.train(text, 2, report=None)
    except (ValueError, FloatingPointError) as error:
        assert str(error)
    else:
        assert rnn.h.shape == (rnn.hidden_size,)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "cut", "repeat", "end"]),
        st.integers(0, 10**6),
        st.binary(min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=6,
)


def edited(data, edits):
    """Bytes after some edits, each at a place counted from the start."""
    data = bytearray(data)
    for what, at, new in edits:
        at %= max(1, len(data))
        if what == "set":
            data[at : at + len(new)] = new
        elif what == "insert":
            data[at:at] = new
        elif what == "cut":
            del data[at : at + new[0]]
        elif what == "repeat":
            data[at:at] = data[at : at + 50 * len(new)]
        else:
            del data[at:]
    return bytes(data)


@fuzz(6_000, which=st.integers(0, 2), edits=EDITS)
def test_fuzz_damaged_files(place, which, edits):
    try_file(place, edited(place.sound[which], edits), "model file with bytes changed")


@fuzz(
    5_000,
    start=st.sampled_from([b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"PK\x05\x06"]),
    data=st.binary(max_size=600),
)
def test_fuzz_files_of_noise(place, start, data):
    try_file(place, start + data, "noise as a model file")


MEMBERS = ["meta", "Wxh", "Whh", "Why", "bh", "by", "h", "all"]


@fuzz(4_000, which=st.integers(0, 2), member=st.sampled_from(MEMBERS), edits=EDITS)
def test_fuzz_members_with_bytes_changed_and_sound_sums(place, which, member, edits):
    members = members_of(place.sound[which])
    name = f"{member}.npy"
    if name in members:
        members[name] = edited(members[name], edits)
    try_file(place, zipped(members.items()), "array with bytes changed")


SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, 4, 22, 23, 10**6, 10**12, 2**63, -1]), max_size=4)
DTYPES = st.sampled_from(
    [
        "<f8",
        "<f4",
        "<f2",
        ">f8",
        "<c16",
        "<i8",
        "|b1",
        "|O",
        "<U5",
        "|S0",
        "|V8",
        "<M8[s]",
        "[('a', '<f8')]",
        "<f16",
    ]
)


@fuzz(
    4_000,
    which=st.integers(0, 2),
    member=st.sampled_from(MEMBERS),
    shape=SHAPES,
    dtype=DTYPES,
    by_columns=st.booleans(),
    body=st.binary(max_size=64),
    times=st.sampled_from([0, 1, 8, 66]),
    compressed=st.booleans(),
)
def test_fuzz_headers_that_lie(
    place, which, member, shape, dtype, by_columns, body, times, compressed
):
    members = members_of(place.sound[which])
    header = f"{{'descr': {dtype if dtype[0] == '[' else repr(dtype)}, 'fortran_order': "
    header += f"{by_columns}, 'shape': ({''.join(f'{size}, ' for size in shape)})}}\n"
    head = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode("latin-1")
    members[f"{member}.npy"] = head + body * times
    how = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    try_file(place, zipped(members.items(), how), "array whose header lies")


NUMBERS = (
    st.sampled_from(
        [0, 1, -1, 2**31, 2**62, 2**63, 10**400, 0.1, 1e308, float("nan"), float("inf")]
    )
    | st.integers()
    | st.floats()
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
PLACES = [
    ["version"],
    ["optimizer"],
    ["optimizer", "name"],
    ["optimizer", "learning_rate"],
    ["optimizer", "steps"],
    ["optimizer", "memory"],
    ["optimizer", "update"],
    ["rng"],
    ["rng", "bit_generator"],
    ["rng", "state"],
    ["rng", "state", "state"],
    ["rng", "state", "inc"],
    ["rng", "has_uint32"],
    ["rng", "uinteger"],
    ["seq_length"],
    ["iteration"],
    ["pointer"],
    ["_source"],
    ["characters"],
    ["other"],
    [],
]


@fuzz(
    4_000,
    which=st.integers(0, 2),
    changes=st.lists(
        st.tuples(st.sampled_from(PLACES), JSON, st.booleans()), min_size=1, max_size=3
    ),
)
def test_fuzz_settings(place, which, changes):
    members = members_of(place.sound[which])
    meta = json.loads(str(np.load(io.BytesIO(members["meta.npy"]))))
    for path, value, remove in changes:
        inner = meta
        *way, last = path or [None]
        for key in way:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if last is None:
            meta = value
        elif isinstance(inner, dict) and remove:
            inner.pop(last, None)
        elif isinstance(inner, dict):
            inner[last] = copy.deepcopy(value)
    members["meta.npy"] = npy(np.array(json.dumps(meta)))
    try_file(place, zipped(members.items()), "settings changed", used=False)


@fuzz(
    2_000,
    which=st.integers(0, 2),
    arrays=st.dictionaries(
        st.sampled_from([*MEMBERS, "other", "../up", "Wxh.npy", ""]),
        st.tuples(
            st.lists(st.integers(0, 25), max_size=3),
            st.sampled_from("fdeilbU?F"),
            st.integers(0, 5),
        ),
        min_size=1,
        max_size=4,
    ),
    drop=st.sets(st.sampled_from(MEMBERS), max_size=2),
    twice=st.booleans(),
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_fuzz_other_arrays(place, which, arrays, drop, twice):
    members = members_of(place.sound[which])
    for name, (shape, kind, filling) in arrays.items():
        values = [0.0, 1.0, -1.0, np.nan, np.inf, 1e300]
        with np.errstate(all="ignore"):
            array = np.full(shape, values[filling]).astype(kind)
        members[f"{name}.npy"] = npy(array)
    kept = [item for item in members.items() if item[0].removesuffix(".npy") not in drop]
    try_file(place, zipped(kept + kept[:1] * twice), "other arrays")


def test_a_sound_file_is_loaded(place):
    for data in place.sound:
        assert try_file(place, data, "sound model file").sample(0, 5)
