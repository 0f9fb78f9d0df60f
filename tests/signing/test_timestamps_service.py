"""Several TSAs as one: fallback, rest, Retry-After, quotas that two processes keep together, and their ledger on the disk."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.practice.ports import free_port
from signing.errors import SigningError
from signing.pades import sign_file
from signing.report import Level
from signing.timestamps import TimestampClient
from signing.trust import Anchor, TrustStore
from signing.tsa_fault import Fault
from signing.tsa_quota import PERIODS, Lease, Ledger, Quota
from signing.tsa_service import TimestampService
from tests.fixtures import judges
from tests.fixtures.rogue_tsa import Reply, Server, stamping, tsa
from tests.fixtures.stub_tsa import Authority, Faults, StubTsa, refusal

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GONE = Reply(503)


class Clock:
    """A clock that moves when it is told to; its pauses are remembered and move it."""

    def __init__(self) -> None:
        self.now = NOW
        self.pauses: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make(now=datetime.now(UTC), key=ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="module")
def trust(authority: Authority) -> TrustStore:
    return TrustStore((Anchor.of(authority.root, source="stub"),))


@pytest.fixture
def servers(authority: Authority) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        yield [stack.enter_context(tsa(stamping(authority))) for _ in range(2)]


def service_of(servers: list[Server], clock: Clock, *quotas: Quota | None, **options: Any) -> TimestampService:
    given = (*quotas, *[None] * len(servers))
    clients = [
        TimestampClient(server.url, name=f"tsa-{number}", quota=given[number], clock=clock)
        for number, server in enumerate(servers)
    ]
    return TimestampService(clients, clock=clock, pause=clock.pause, **options)


def ask(service: TimestampService, trust: TrustStore, count: int = 1) -> list[bytes | str]:
    """``count`` tokens one after the other in one operation: the token, or its error's code and reason."""

    async def run() -> list[bytes | str]:
        answers: list[bytes | str] = []
        async with service.stamper(trust) as stamper:
            for number in range(count):
                try:
                    answers.append(await stamper.async_token(hashlib.sha256(bytes((number,))).digest(), "sha256"))
                except SigningError as error:
                    answers.append(f"{error.code} {error.facts['reason']}")
        return answers

    return asyncio.run(run())


def counts(servers: list[Server]) -> list[int]:
    return [len(server.bodies) for server in servers]


def told(answers: list[bytes | str]) -> list[str]:
    return [answer if isinstance(answer, str) else "token" for answer in answers]


# --- fallback and rest


def test_the_first_is_asked_first(servers: list[Server], clock: Clock, trust: TrustStore) -> None:
    service = service_of(servers, clock)
    assert told(ask(service, trust, 3)) == ["token"] * 3
    assert counts(servers) == [3, 0]
    assert service.token_size == 8192  # nothing is known of the second
    assert service.remaining(NOW) is None


@pytest.mark.parametrize(
    "bad",
    [
        GONE,
        Reply(401),
        Reply(body=b"rubbish"),
        Reply(headers={"Content-Type": "text/html"}),
        Reply(body=b"x" * 50, after=3),
    ],
)
def test_one_that_fails_is_left_alone_for_a_while(
    servers: list[Server], clock: Clock, trust: TrustStore, bad: Reply, authority: Authority
) -> None:
    servers[0].answer = lambda _: bad  # type: ignore[method-assign]
    service = service_of(servers, clock)
    assert told(ask(service, trust, 3)) == ["token"] * 3
    assert counts(servers) == [1, 3]
    clock.now += MINUTE - timedelta(seconds=1)
    ask(service, trust)
    assert counts(servers) == [1, 4]
    clock.now += timedelta(seconds=1)
    servers[0].answer = stamping(authority)  # type: ignore[method-assign]
    assert told(ask(service, trust, 2)) == ["token"] * 2
    assert counts(servers) == [3, 4]


def test_a_wrong_token_makes_the_next_one_asked(
    servers: list[Server], clock: Clock, trust: TrustStore, authority: Authority
) -> None:
    stranger = Authority.make(now=datetime.now(UTC), key=ec.generate_private_key(ec.SECP256R1()))
    for wrong in (stamping(stranger), stamping(authority, Faults(nonce=lambda nonce: nonce + 1))):
        servers[0].answer = wrong  # type: ignore[method-assign]
        assert told(ask(service_of(servers, clock), trust)) == ["token"]


def test_a_clock_that_is_set_back_ends_a_rest(servers: list[Server], clock: Clock, trust: TrustStore) -> None:
    servers[0].answer = lambda _: GONE  # type: ignore[method-assign]
    service = service_of(servers, clock)
    ask(service, trust)
    clock.now -= timedelta(days=1)
    ask(service, trust)
    assert counts(servers) == [2, 2]


def test_when_nobody_answers_the_first_one_s_reason_is_told_and_nobody_is_hammered(
    servers: list[Server], clock: Clock, trust: TrustStore
) -> None:
    servers[0].answer = lambda _: Reply(401)  # type: ignore[method-assign]
    servers[1].answer = lambda _: GONE  # type: ignore[method-assign]
    service = service_of(servers, clock)
    assert ask(service, trust, 5) == ["tsa.refused unauthorized"] * 5
    assert counts(servers) == [1, 1]
    assert clock.pauses == []


def test_one_whose_credential_has_expired_is_passed_over(
    servers: list[Server], clock: Clock, trust: TrustStore
) -> None:
    expired = "e30.eyJleHAiOjF9.x"  # {"exp": 1}
    clients = [
        TimestampClient(servers[0].url, bearer=expired, clock=clock),
        TimestampClient(servers[1].url, clock=clock),
    ]
    service = TimestampService(clients, clock=clock)
    assert told(ask(service, trust, 2)) == ["token"] * 2
    assert counts(servers) == [0, 2]
    assert "tsa.credential_expired" in {notice.code for notice in service.notices(NOW)}


def test_settings_that_cannot_be_used_do_not_stop_the_others(
    servers: list[Server], clock: Clock, trust: TrustStore
) -> None:
    service = TimestampService([TimestampClient("nonsense"), TimestampClient(servers[1].url)], clock=clock)
    assert told(ask(service, trust)) == ["token"]


# --- Retry-After (RFC 9110 §10.2.3)


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_retry_after_is_waited_for(
    servers: list[Server], clock: Clock, trust: TrustStore, authority: Authority, status: int
) -> None:
    answers = iter([Reply(status, headers={"Retry-After": "2"})])
    right = stamping(authority)
    servers[0].answer = lambda body: next(answers, None) or right(body)  # type: ignore[method-assign]
    assert told(ask(service_of(servers[:1], clock), trust, 2)) == ["token"] * 2
    assert clock.pauses == [2.0]
    assert counts(servers) == [3, 0]


def test_a_long_retry_after_is_kept_to(servers: list[Server], clock: Clock, trust: TrustStore) -> None:
    servers[0].answer = lambda _: Reply(429, headers={"Retry-After": "3600"})  # type: ignore[method-assign]
    service = service_of(servers[:1], clock)
    assert ask(service, trust, 2) == ["tsa.refused busy"] * 2
    clock.now += 59 * MINUTE
    assert ask(service, trust) == ["tsa.refused busy"]
    assert counts(servers) == [1, 0]
    clock.now += MINUTE
    ask(service, trust)
    assert counts(servers) == [2, 0]
    assert clock.pauses == []


def test_retry_after_as_a_date_is_measured_by_the_server_s_own_clock(
    servers: list[Server], clock: Clock, trust: TrustStore
) -> None:
    headers = {"Retry-After": "Wed, 21 Oct 2015 07:28:03 GMT", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}
    servers[0].answer = lambda _: Reply(429, headers=headers)  # type: ignore[method-assign]
    assert ask(service_of(servers[:1], clock), trust) == ["tsa.refused busy"]
    assert clock.pauses == [3.0, 3.0]  # and then enough
    assert counts(servers) == [3, 0]


@pytest.mark.parametrize("text", ["", "-1", "mañana", "９", "1e3"])
def test_a_retry_after_that_says_nothing(servers: list[Server], clock: Clock, trust: TrustStore, text: str) -> None:
    servers[0].answer = lambda _: Reply(429, headers={"Retry-After": text.encode().decode("latin-1")})  # type: ignore[method-assign]
    assert ask(service_of(servers[:1], clock), trust) == ["tsa.refused busy"]
    assert (clock.pauses, counts(servers)) == ([], [1, 0])


# --- quotas


def test_a_quota_is_never_exceeded_and_the_next_tsa_takes_over(
    servers: list[Server], clock: Clock, trust: TrustStore, tmp_path: Path
) -> None:
    ledger = tmp_path / "quota.json"
    service = service_of(servers, clock, Quota(5), Quota(3), ledger=ledger)
    assert service.remaining(NOW) == 8
    assert told(ask(service, trust, 4)) == ["token"] * 4
    assert service.remaining(NOW) == 4
    again = service_of(servers, clock, Quota(5), Quota(3), ledger=ledger)  # as after a restart
    answers = ask(again, trust, 6)
    assert told(answers) == ["token"] * 4 + ["tsa.quota_spent month"] * 2
    assert counts(servers) == [5, 3]
    assert again.remaining(NOW) == 0
    clock.now += timedelta(days=5)
    assert again.remaining(clock.now) == 8
    assert told(ask(again, trust)) == ["token"]


def test_a_spent_quota_says_until_when(servers: list[Server], clock: Clock, trust: TrustStore, tmp_path: Path) -> None:
    bolivia = timezone(timedelta(hours=-4))
    service = service_of(servers[:1], clock, Quota(0, "day", bolivia), ledger=tmp_path / "q")

    async def run() -> None:
        async with service.stamper(trust) as stamper:
            await stamper.async_token(bytes(32), "sha256")

    with pytest.raises(SigningError) as caught:
        asyncio.run(run())
    assert (caught.value.code, caught.value.facts["until"]) == ("tsa.quota_spent", "2026-11-28T00:00:00-04:00")
    assert counts(servers) == [0, 0]


def test_many_in_flight_stay_within_it(servers: list[Server], clock: Clock, trust: TrustStore, tmp_path: Path) -> None:
    service = service_of(servers[:1], clock, Quota(25), ledger=tmp_path / "q")

    async def run() -> list[Any]:
        async with service.stamper(trust) as stamper:
            digests = [hashlib.sha256(bytes((number,))).digest() for number in range(60)]
            return await asyncio.gather(
                *(stamper.async_token(one, "sha256") for one in digests), return_exceptions=True
            )

    got = asyncio.run(run())
    assert sum(isinstance(one, bytes) for one in got) == 25
    assert {one.code for one in got if isinstance(one, SigningError)} == {"tsa.quota_spent"}
    assert counts(servers) == [25, 0]


@pytest.mark.parametrize(
    ("reply", "spent"),
    [
        (Reply(503), 0),
        (Reply(429), 0),
        (Reply(401), 0),
        (Reply(body=refusal("system_failure")), 0),
        (Reply(body=b"rubbish"), 1),  # it may have counted it
        (Reply(body=b"x" * 50, after=3), 1),
    ],
)
def test_what_was_certainly_not_given_is_not_spent(
    servers: list[Server], clock: Clock, trust: TrustStore, tmp_path: Path, reply: Reply, spent: int
) -> None:
    servers[0].answer = lambda _: reply  # type: ignore[method-assign]
    service = service_of(servers[:1], clock, Quota(9), ledger=tmp_path / "q")
    ask(service, trust, 3)
    assert service.remaining(NOW) == 9 - spent


def test_nobody_there_costs_nothing(clock: Clock, trust: TrustStore, tmp_path: Path) -> None:
    client = TimestampClient(f"http://127.0.0.1:{free_port()}/", quota=Quota(9))
    service = TimestampService([client], ledger=tmp_path / "q", clock=clock)
    assert ask(service, trust) == ["tsa.unreachable connection"]
    assert service.remaining(NOW) == 9


def test_the_period_turns_in_the_middle_of_an_operation(
    servers: list[Server], clock: Clock, trust: TrustStore, tmp_path: Path, authority: Authority
) -> None:
    right = stamping(authority)

    def slow(body: bytes) -> Reply:
        clock.now += 40 * MINUTE
        return right(body)

    servers[0].answer = slow  # type: ignore[method-assign]
    service = service_of(servers[:1], clock, Quota(40, "hour"), ledger=tmp_path / "q")
    ask(service, trust, 4)  # at 12:00, 12:40, 13:20, 14:00
    kept = json.loads((tmp_path / "q").read_text())["used"]["tsa-0"]
    assert kept == {"2026-11-27T12": 2, "2026-11-27T13": 1, "2026-11-27T14": 1}


def test_what_comes_back_after_its_period_stays_counted_there(clock: Clock, tmp_path: Path) -> None:
    ledger, quota = Ledger(tmp_path / "q"), Quota(90, "hour")

    async def run() -> None:
        lease = Lease(ledger, "tsa", quota, clock)
        turn = await lease.take()
        clock.now += timedelta(hours=1)
        await lease.take()
        lease.give_back(turn)
        await lease.close()

    asyncio.run(run())
    assert json.loads((tmp_path / "q").read_text())["used"]["tsa"] == {"2026-11-27T12": 1, "2026-11-27T13": 1}


SPENDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from signing.tsa_quota import Ledger, Quota
ledger, taken = Ledger(Path(sys.argv[1])), 0
print("ready", flush=True)
sys.stdin.readline()
while one := ledger.take("tsa", Quota(int(sys.argv[2])), datetime(2026, 11, 27, tzinfo=UTC), 1):
    taken += one
    if taken == int(sys.argv[3]):
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)
print(taken)
"""


def spender(ledger: Path, quota: int, killed_at: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SPENDER, str(ledger), str(quota), str(killed_at)]
    root = str(Path(__file__).parents[2])
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root}
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def test_two_processes_keep_one_quota(tmp_path: Path) -> None:
    children = [spender(tmp_path / "q", 150) for _ in range(2)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    taken = [int(child.communicate(timeout=30)[0]) for child in children]
    assert sum(taken) == 150
    assert Ledger(tmp_path / "q").remaining("tsa", Quota(150), NOW) == 0


def test_a_process_that_is_killed_leaves_the_count_and_no_lock(tmp_path: Path) -> None:
    child = spender(tmp_path / "q", 100, killed_at=7)
    child.communicate("\n", timeout=30)
    assert child.returncode == -9
    ledger = Ledger(tmp_path / "q")
    assert ledger.remaining("tsa", Quota(100), NOW) == 93
    assert ledger.take("tsa", Quota(100), NOW, 1) == 1


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', '{"format": 2, "used": {}}', '{"format": 1, "used": {"a": {"2026": "x"}}}',
             '{"format": 1, "used": {"a": 3}}', '{"format": 1, "used": {"a": {"2026": true}}}', "\x00\xff"],
)  # fmt: skip
def test_a_damaged_ledger_stops_asking(
    servers: list[Server], clock: Clock, trust: TrustStore, tmp_path: Path, text: str
) -> None:
    (tmp_path / "q").write_text(text, "latin-1")
    service = service_of(servers[:1], clock, Quota(9), ledger=tmp_path / "q")
    assert ask(service, trust) == ["tsa.ledger damaged"]
    with pytest.raises(SigningError) as caught:
        service.remaining(NOW)
    assert (caught.value.code, caught.value.facts["file"]) == ("tsa.ledger", "q")
    assert counts(servers) == [0, 0]
    assert (tmp_path / "q").read_text("latin-1") == text


def test_a_ledger_that_cannot_be_written_stops_asking(
    servers: list[Server], clock: Clock, trust: TrustStore, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    service = service_of(servers[:1], clock, Quota(9), ledger=tmp_path / "file" / "q")
    (answer,) = ask(service, trust)
    assert str(answer).startswith("tsa.ledger ")
    assert counts(servers) == [0, 0]


def test_somebody_who_never_lets_go_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signing.shared_file._SECONDS", 0.05)
    ledger = Ledger(tmp_path / "q")
    with ledger._locked():
        with pytest.raises(Fault) as caught:
            Ledger(tmp_path / "q").take("tsa", Quota(9), NOW, 1)
    assert (caught.value.code, caught.value.reason) == ("tsa.ledger", "locked")


def test_old_periods_are_forgotten(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "q")
    for day in range(60):
        ledger.take("tsa", Quota(5, "day"), NOW + timedelta(days=day), 1)
    assert len(json.loads((tmp_path / "q").read_text())["used"]["tsa"]) == 24


def test_services_that_cannot_be() -> None:
    client = TimestampClient("http://127.0.0.1:9/")
    for clients in ([], [client, client], [TimestampClient("http://127.0.0.1:9/", quota=Quota(1))]):
        with pytest.raises(ValueError, match=r"quota|service"):
            TimestampService(clients)
    for tokens, period in ((1, "week"), (-1, "day")):
        with pytest.raises(ValueError, match="quota"):
            Quota(tokens, period)


@settings(deadline=None)
@given(
    st.sampled_from(PERIODS),
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(-12, 14),
)
def test_a_period_lasts_until_the_next_one(period: str, now: datetime, hours: int) -> None:
    quota = Quota(1, period, timezone(timedelta(hours=hours)))
    until = quota.until(now)
    if until is None:
        assert quota.turn(now) == quota.turn(now + timedelta(days=9000)) == "total"
        return
    assert now < until
    assert quota.turn(until - timedelta(microseconds=1)) == quota.turn(now) < quota.turn(until)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 40), st.lists(st.tuples(st.integers(1, 16), st.integers(0, 16)), max_size=12))
def test_the_count_is_what_was_taken_less_what_came_back(
    tmp_path_factory: pytest.TempPathFactory, limit: int, steps: list[tuple[int, int]]
) -> None:
    ledger, quota, spent = Ledger(tmp_path_factory.mktemp("ledger") / "q"), Quota(limit), 0
    for wanted, back in steps:
        taken = ledger.take("tsa", quota, NOW, wanted)
        assert 0 <= taken <= wanted
        assert taken > 0 or spent == limit
        ledger.put_back("tsa", quota.turn(NOW), min(back, taken))
        spent += taken - min(back, taken)
        assert ledger.remaining("tsa", quota, NOW) == limit - spent >= 0


# --- signing with it


def test_a_pile_at_the_highest_level_until_the_quota_is_spent(lab, worker, tmp_path: Path) -> None:
    """Two tokens per document: of its signature and of the document; a third document falls back and says why."""
    outputs = [tmp_path / f"{number}.pdf" for number in range(3)]
    with StubTsa(Authority.of_practice(lab.pki)) as stub, lab.session(worker, "juana") as session:
        client = TimestampClient(stub.url, quota=Quota(4, "total"))
        service = TimestampService([client], ledger=tmp_path / "q")
        receipts = [
            sign_file(
                lab.page, output, session, field=None, stamp=None, level=Level.B_LTA, trust=lab.trust, timestamps=service,
                claimed_time=datetime.now(UTC), allow_degraded=True,
            )
            for output in outputs
        ]  # fmt: skip
    assert [(one.level, one.degraded) for one in receipts] == [
        (Level.B_LTA, ""),
        (Level.B_LTA, ""),
        (Level.B_B, "tsa.quota_spent"),
    ]
    (tmp_path / "root.pem").write_text(lab.pki.anchors_pem())
    for output in outputs[:2]:
        assert judges.openssl_timestamps(output, tmp_path, tmp_path / "root.pem") == ["Verification: OK"] * 2
    assert service.remaining(NOW) == 0
