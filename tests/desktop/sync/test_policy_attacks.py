"""The bucket's policy attacked on SeaweedFS, each unit with its own credentials; each attack succeeds where the defence is taken away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.practice.seaweed import SeaweedServer
from desktop.storage import S3Settings, open_storage
from desktop.storage.policy import Member, Place, bucket_policy
from desktop.store.desk import DeskStore
from tests.desktop.sync.office import ENTITY as OFFICE
from tests.desktop.sync.office import NOW, Office, Seat

ENTITY = "gador"
MAIL_B = "units/gador/unit-b/in/dev-b/1"
OWN_A = "units/gador/unit-a/in/dev-a/1"
Ask = Callable[["Attacker"], Any]


class Attacker:
    """A client with one unit's keys. Requests are not repeated: what is refused is refused at once."""

    def __init__(self, server: SeaweedServer, name: str) -> None:
        import boto3
        from botocore.config import Config

        access, secret = server.keys[name]
        config = Config(
            s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, request_checksum_calculation="when_required"
        )  # fmt: skip
        self.bucket = server.bucket
        self.client = boto3.session.Session().client(
            "s3", aws_access_key_id=access, aws_secret_access_key=secret, config=config,
            region_name=server.region, endpoint_url=server.endpoint
        )  # fmt: skip

    def __call__(self, operation: str, **more: Any) -> Any:
        return getattr(self.client, operation)(Bucket=self.bucket, **more)


class Bench:
    """The server, its keeper, the two units."""

    def __init__(self, server: SeaweedServer) -> None:
        self.server = server
        self.keeper, self.a, self.b = (Attacker(server, name) for name in ("practica", "unit-a", "unit-b"))
        members = [Member(name, server.arn(name), (f"dev-{name[-1]}",)) for name in ("unit-a", "unit-b")]
        self.guarded = bucket_policy(Place(server.bucket, ENTITY), members, [])
        everything = {
            "Sid": "All", "Effect": "Allow", "Principal": {"AWS": [member.principal for member in members]}, "Action": ["s3:*"],
            "Resource": [f"arn:aws:s3:::{server.bucket}", f"arn:aws:s3:::{server.bucket}/*"],
        }  # fmt: skip
        self.opened = {"Version": "2012-10-17", "Statement": [everything]}

    def has_bucket(self) -> None:
        """The bucket, made anew where an attack took it."""
        refused(lambda: self.keeper("create_bucket", ObjectLockEnabledForBucket=True))

    def use(self, policy: dict[str, Any]) -> None:
        self.keeper("put_bucket_policy", Policy=json.dumps(policy))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with SeaweedServer(tmp_path_factory.mktemp("policy"), identities=("unit-a", "unit-b", "unit-c")) as server:
        yield Bench(server)


def refused(ask: Callable[[], Any]) -> str:
    """Code of the refusal; empty where it was let through."""
    from botocore.exceptions import ClientError

    try:
        answer = ask()
    except ClientError as error:
        return (
            "denied"
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
            else str(error.response["Error"]["Code"])
        )
    errors = answer.get("Errors", []) if isinstance(answer, dict) else []
    return "denied" if errors and {item["Code"] for item in errors} == {"AccessDenied"} else ""


def _version(by: Attacker, key: str) -> str:
    return str(by("list_object_versions", Prefix=key)["Versions"][-1]["VersionId"])


def _copy(by: Attacker) -> Any:
    return by("copy_object", Key=OWN_A, CopySource={"Bucket": by.bucket, "Key": MAIL_B})


ATTACKS: dict[str, Ask] = {
    "get": lambda by: by("get_object", Key=MAIL_B),
    "head": lambda by: by("head_object", Key=MAIL_B),
    "list": lambda by: by("list_objects_v2", Prefix="units/gador/unit-b/"),
    "list of old": lambda by: by("list_objects", Prefix="units/gador/unit-b/"),
    "list of everything": lambda by: by("list_objects_v2"),
    "list of all units": lambda by: by("list_objects_v2", Prefix="units/"),
    "list of versions": lambda by: by("list_object_versions", Prefix="units/gador/unit-b/"),
    "copy to oneself": _copy,
    "read another's archive": lambda by: by("get_object", Key="archive/in/gador/unit-b/1"),
    "list another's archive": lambda by: by("list_objects_v2", Prefix="archive/out/gador/unit-b/"),
    "deposit in another's name": lambda by: by("put_object", Key="archive/in/gador/unit-b/2", Body=b"x"),
    "answer for the archive": lambda by: by("put_object", Key="archive/out/gador/unit-a/2", Body=b"x"),
    "write among the archived": lambda by: by("put_object", Key="archive/store/2", Body=b"x"),
    "publish a directory": lambda by: by("put_object", Key="directory/gador/0000000009-00.jws", Body=b"x"),
    "delete": lambda by: by("delete_object", Key=MAIL_B),
    "delete several": lambda by: by("delete_objects", Delete={"Objects": [{"Key": MAIL_B}]}),
    "delete one's own": lambda by: by("delete_object", Key=OWN_A),
    "change the policy": lambda by: by(
        "put_bucket_policy", Policy=json.dumps({"Version": "2012-10-17", "Statement": []})
    ),
    "take the policy away": lambda by: by("delete_bucket_policy"),
    "expire everything": lambda by: by(
        "put_bucket_lifecycle_configuration",
        LifecycleConfiguration={
            "Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": "x"}, "Expiration": {"Days": 900}}]
        },
    ),
    "suspend versions": lambda by: by("put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"}),
    "delete the bucket": lambda by: by("delete_bucket"),
}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_what_the_policy_refuses(bench: Bench, attack: str) -> None:
    bench.has_bucket()
    bench.keeper("put_object", Key=MAIL_B, Body=b"of b")
    bench.keeper("put_object", Key=OWN_A, Body=b"of a")
    bench.use(bench.guarded)
    assert refused(lambda: ATTACKS[attack](bench.a)) == "denied"
    assert bench.keeper("get_object", Key=MAIL_B)["Body"].read() == b"of b"
    bench.use(bench.opened)
    assert (
        refused(lambda: ATTACKS[attack](bench.a)) != "denied"
    )  # a bucket with object lock keeps its versions by itself
    bench.has_bucket()


@pytest.mark.parametrize("key", [MAIL_B, OWN_A])
def test_no_version_is_deleted_not_even_one_s_own(bench: Bench, key: str) -> None:
    bench.keeper("put_object", Key=key, Body=b"old")
    version = _version(bench.keeper, key)
    bench.use(bench.guarded)
    assert refused(lambda: bench.a("delete_object", Key=key, VersionId=version)) == "denied"
    bench.use(bench.opened)
    assert refused(lambda: bench.a("delete_object", Key=key, VersionId=version)) == ""
    assert version not in {
        item["VersionId"] for item in bench.keeper("list_object_versions", Prefix=key).get("Versions", [])
    }


def test_what_each_unit_needs_it_may(bench: Bench) -> None:
    bench.use(bench.guarded)
    key = "units/gador/unit-b/in/dev-a/7"
    bench.a("put_object", Key=key, Body=b"event", IfNoneMatch="*")
    assert bench.a("get_object", Key=key)["Body"].read() == b"event"  # a put whose answer was lost is compared
    bench.a("put_object", Key="units/gador/unit-b/heads/dev-a", Body=b"7")
    assert bench.b("get_object", Key=key)["Body"].read() == b"event"
    assert key in {item["Key"] for item in bench.b("list_objects_v2", Prefix="units/gador/unit-b/in/")["Contents"]}
    assert bench.b("list_object_versions", Prefix="units/gador/unit-b/")["Versions"]
    for shared in ("blobs/00", "blocks/gador/cite/2026/000001.jws", "pouch/gador/unit-c/dev-a/1"):
        bench.a("put_object", Key=shared, Body=b"x")
        assert bench.b("get_object", Key=shared)["Body"].read() == b"x"
    bench.a("put_object", Key="directory/gador/requests/00.jws", Body=b"x")


def test_overwriting_is_not_refused_and_the_old_version_stays(bench: Bench) -> None:
    """No policy refuses it. The digest in the key tells, and the right bytes are among the versions that the reader may read."""
    bench.keeper("put_object", Key=MAIL_B, Body=b"true")
    bench.use(bench.guarded)
    bench.a("put_object", Key=MAIL_B, Body=b"forged")
    assert bench.b("get_object", Key=MAIL_B)["Body"].read() == b"forged"
    versions = [item["VersionId"] for item in bench.b("list_object_versions", Prefix=MAIL_B)["Versions"]]
    assert b"true" in {bench.b("get_object", Key=MAIL_B, VersionId=each)["Body"].read() for each in versions}


@pytest.mark.parametrize("defended", [True, False])
def test_what_was_overwritten_is_read_from_its_versions(
    bench: Bench, office: Office, empty_home: Path, tmp_path: Path, defended: bool
) -> None:
    """Real desks, each with its unit's keys; a third unit writes over the event, the blob and the hint that lie for unit B."""
    server = bench.server
    prefix = f"run-{defended}"
    place = Place(server.bucket, OFFICE, prefix)
    members = [
        Member(f"unit-{name}", server.arn(f"unit-{name}"), (f"device-{name}",)) for name in ("a", "b", "c")
    ]  # fmt: skip
    policy = bucket_policy(place, members, [])
    if not defended:
        for part in policy["Statement"]:
            if part["Effect"] == "Allow":
                part["Action"] = [each for each in part["Action"] if "Version" not in each]
    bench.use(policy)
    stores = {}
    for name in ("a", "b", "c"):
        access, secret = server.keys[f"unit-{name}"]
        stores[name] = open_storage(f"{server.url}/{prefix}", s3=S3Settings(server.endpoint, access, secret))
    for name in ("a", "b"):
        shutil.copytree(empty_home, tmp_path / name)
    with DeskStore.open(tmp_path / "a", now=NOW) as at_a, DeskStore.open(tmp_path / "b", now=NOW) as at_b:
        juana = Seat(office, office.key_a, "unit-a", "juana", at_a, stores["a"])
        pedro = Seat(office, office.key_b, "unit-b", "pedro", at_b, stores["b"])
        juana.make("doc-1", b"%PDF-1.7 prueba", 1)
        juana.dispatch("doc-1", "slip-1", "unit-b")
        assert juana.push().problems == ()
        for item in list(bench.keeper("list_objects_v2", Prefix=f"{prefix}/")["Contents"]):
            key = str(item["Key"]).removeprefix(f"{prefix}/")
            if key.startswith((f"units/{OFFICE}/unit-b/in/", "blobs/")):
                stores["c"].put(key, b"forged")
        juana.make("doc-2", b"%PDF-1.7 otra", 2)
        juana.dispatch("doc-2", "slip-2", "unit-b")
        assert juana.push().problems == ()
        report = pedro.pull()
        if defended:
            assert (report.events, report.problems) == (2, ())
        else:  # versions that may not be read help nobody; what was not written over comes all the same
            assert (report.events, [code for code, _ in report.problems]) == (1, ["mail.damaged"])
            assert [item.code for item in pedro.store.quarantined()] == ["mail.damaged"]
    for store in stores.values():
        store.close()
