"""Official Python clients with keys, unmodified, against `pierun engine --users`.

login.py keys DIR                  writes a key of each kind into DIR, and users.toml for the engine
login.py ws://HOST:PORT VERSION DIR    logs in with each, with pie-client 0.4.0, 0.3.0 or 0.2.1 installed
"""
import asyncio
import pathlib
import sys

from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

FORMATS = {
    "openssh": s.PrivateFormat.OpenSSH,
    "pkcs8": s.PrivateFormat.PKCS8,
    "old": s.PrivateFormat.TraditionalOpenSSL,  # PKCS#1 and SEC1
}


def write_keys(folder):
    folder.mkdir(parents=True, exist_ok=True)
    users = ["[users.ada.keys]"]
    kinds = {
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "rsa": rsa.generate_private_key(65537, 2048),
        "p256": ec.generate_private_key(ec.SECP256R1()),
        "p384": ec.generate_private_key(ec.SECP384R1()),
    }
    for kind, key in kinds.items():
        for name, form in FORMATS.items():
            if (kind, name) != ("ed25519", "old"):
                text = key.private_bytes(s.Encoding.PEM, form, s.NoEncryption())
                (folder / f"{kind}.{name}").write_bytes(text)
        line = key.public_key().public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH).decode()
        users.append(f'{kind} = "{line}"')
    (folder / "users.toml").write_text("\n".join(users) + "\n")
    stranger = ed25519.Ed25519PrivateKey.generate()
    (folder / "stranger").write_bytes(stranger.private_bytes(s.Encoding.PEM, FORMATS["pkcs8"], s.NoEncryption()))


async def refused(uri, user, key, words):
    from pie_client import PieClient

    async with PieClient(uri) as client:
        try:
            await client.authenticate(user, key)
        except Exception as err:
            assert words in str(err), err
            return
        raise SystemExit(f"{user} was let in")


async def log_in(uri, version, folder):
    from pie_client import PieClient
    from pie_client.crypto import ParsedPrivateKey

    files = sorted(f for f in folder.iterdir() if f.suffix[1:] in FORMATS)
    assert len(files) == 11, files

    async def accepted(file):
        async with PieClient(uri) as client:
            await client.authenticate("ada", ParsedPrivateKey.parse(file.read_text()))
            await client.ping()

    stranger = ParsedPrivateKey.parse((folder / "stranger").read_text())
    await asyncio.gather(  # servers of the process family leave each close to time out: all at once
        *(accepted(file) for file in files),
        refused(uri, "ada", stranger, "Signature verification failed"),
        refused(uri, "eve", stranger, "User 'eve' is not authorized"),
    )
    print("ok: Python client", version, "with keys")


if sys.argv[1] == "keys":
    write_keys(pathlib.Path(sys.argv[2]))
else:
    asyncio.run(asyncio.wait_for(log_in(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])), 60))
