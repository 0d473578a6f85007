"""Asterisk, run from the folder `scripts/get-asterisk` unpacked it into: an exchange with menu and queue.

It uses its own loader and libraries, needs no rights, and lives in a temporary folder on free
loopback ports. What its dialplan does is read from its log.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
import platform
import socket
import subprocess
from tempfile import TemporaryDirectory
from typing import Self

from lab.peers.program import Program
from lab.trunk.certificate import make_certificate

HOST = "127.0.0.1"
_SCRIPT = Path(__file__).parents[2] / "scripts" / "get-asterisk"
_READY = "Asterisk Ready."


def asterisk_root() -> Path | None:
    """Return where Asterisk was unpacked, None when it was not."""
    found = subprocess.run([_SCRIPT, "--check"], check=False, capture_output=True, text=True)
    return Path(found.stdout.strip()) if found.returncode == 0 else None


def free_ports(count: int) -> list[int]:
    """Return UDP and TCP ports nobody uses at the moment."""
    pairs = [
        (socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()) for _ in range(count)
    ]
    ports = []
    for datagram, stream in pairs:
        datagram.bind((HOST, 0))
        port = datagram.getsockname()[1]
        with suppress(OSError):
            stream.bind((HOST, port))
        ports.append(port)
    for pair in pairs:
        for each in pair:
            each.close()
    return ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A user of the exchange, registering with digest."""

    name: str
    password: str = "open-sesame"  # noqa: S105 - of a test exchange on loopback
    #: How it takes keys: rfc4733, info, inband, auto.
    dtmf: str = "rfc4733"
    #: SRTP with keys in SDP, demanded.
    encrypted: bool = False
    codecs: str = "alaw,ulaw,g722"
    #: Lines for pjsip.conf's endpoint, such as `timers=always`.
    more: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Asterisk:
    """A running Asterisk; as a context manager it starts and stops."""

    root: Path
    extensions: tuple[Extension, ...]
    #: Lines of extensions.conf below `[calls]`.
    dialplan: str
    #: Lines of queues.conf and musiconhold.conf.
    queues: str = ""
    music: str = ""
    ports: dict[str, int] = field(default_factory=dict)
    folder: Path = field(init=False)
    certificate: Path = field(init=False)
    program: Program = field(init=False)
    _temporary: TemporaryDirectory[str] = field(init=False, repr=False)

    async def __aenter__(self) -> Self:
        """Write its configuration and wait until it is ready."""
        self._temporary = TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        # UDP and TCP share one, TLS has another; RTP ports are even
        sip, tls, rtp = free_ports(3)
        self.ports = {"udp": sip, "tcp": sip, "tls": tls, "rtp": rtp // 2 * 2}
        self.certificate, _ = make_certificate(self.folder, HOST)
        self._configure()
        libraries = self.root / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
        loader = next((self.root / "usr").glob("lib*/ld-linux*.so.*"))
        self.program = Program("Asterisk")
        await self.program.start(
            str(loader),
            *("--library-path", str(libraries)),
            str(self.root / "usr" / "sbin" / "asterisk"),
            *("-c", "-n", "-vvv", "-C", str(self.folder / "asterisk.conf")),
        )
        try:
            await self.program.said(_READY)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it."""
        await self.program.end()
        self._temporary.cleanup()

    @property
    def registrar(self) -> str:
        """Return `host:port` of UDP and TCP."""
        return f"{HOST}:{self.ports['udp']}"

    def _configure(self) -> None:
        """Write all its files."""
        for name in ("run", "log", "spool", "lib", "sounds"):
            (self.folder / name).mkdir()
        share = self.root / "usr" / "share" / "asterisk"
        files = {
            "asterisk.conf": _ASTERISK.format(
                folder=self.folder,
                modules=self.root / f"usr/lib/{platform.machine()}-linux-gnu/asterisk/modules",
                share=share,
            ),
            "modules.conf": _MODULES,
            "logger.conf": "[general]\n[logfiles]\nconsole => notice,warning,error,verbose\n",
            "rtp.conf": f"[general]\nrtpstart={self.ports['rtp']}\nrtpend={self.ports['rtp'] + 200}\n",
            "extensions.conf": f"[general]\nstatic=yes\n[calls]\n{self.dialplan}\n",
            "queues.conf": f"[general]\n{self.queues}\n",
            "musiconhold.conf": f"[general]\n{self.music}\n",
            "pjsip.conf": self._users(),
        }
        for name, text in files.items():
            (self.folder / name).write_text(text)

    def _users(self) -> str:
        """Return pjsip.conf."""
        text = _TRANSPORTS.format(
            host=HOST,
            sip=self.ports["udp"],
            tls=self.ports["tls"],
            certificate=self.certificate,
            key=self.certificate.with_name("trunk.key"),
        )
        for user in self.extensions:
            text += _USER.format(
                user=user,
                encryption="sdes" if user.encrypted else "no",
                more="\n".join(user.more),
            )
        return text


_ASTERISK = """[directories]
astetcdir => {folder}
astmoddir => {modules}
astvarlibdir => {folder}/lib
astdbdir => {folder}/lib
astkeydir => {folder}/lib
astdatadir => {share}
astagidir => {folder}/lib
astspooldir => {folder}/spool
astrundir => {folder}/run
astlogdir => {folder}/log
[options]
documentation_language = en_US
"""
#: What the tests use, and no more: loading everything takes its time.
_MODULES = """[modules]
autoload=no
""" + "\n".join(
    f"load={name}.so"
    for name in [
        "res_timing_timerfd",
        "res_pjproject",
        "res_sorcery_astdb",
        "res_sorcery_config",
        "res_sorcery_memory",
        "res_crypto",
        "res_srtp",
        "res_rtp_asterisk",
        "res_pjsip",
        "res_pjsip_session",
        "res_pjsip_sdp_rtp",
        "res_pjsip_registrar",
        "res_pjsip_authenticator_digest",
        "res_pjsip_outbound_authenticator_digest",
        "res_pjsip_endpoint_identifier_user",
        "res_pjsip_caller_id",
        "res_pjsip_nat",
        "res_pjsip_dtmf_info",
        "res_pjsip_outbound_registration",
        "res_pjsip_pubsub",
        "res_pjsip_t38",
        "res_pjsip_path",
        "res_musiconhold",
        "chan_pjsip",
        "pbx_config",
        "codec_alaw",
        "codec_ulaw",
        "codec_g722",
        "codec_resample",
        "format_wav",
        "format_pcm",
        "app_playback",
        "app_read",
        "app_queue",
        "app_dial",
        "app_echo",
        "app_stack",
        "app_verbose",
        "app_senddtmf",
        "app_transfer",
        "app_record",
        "app_mixmonitor",
        "bridge_simple",
        "bridge_native_rtp",
        "bridge_softmix",
        "bridge_builtin_features",
        "bridge_holding",
        "chan_bridge_media",
        "func_strings",
        "func_logic",
        "func_channel",
        "func_callerid",
        "func_timeout",
        "app_sayunixtime",
    ]
)
_TRANSPORTS = """[udp]
type=transport
protocol=udp
bind={host}:{sip}
[tcp]
type=transport
protocol=tcp
bind={host}:{sip}
[tls]
type=transport
protocol=tls
bind={host}:{tls}
cert_file={certificate}
priv_key_file={key}
method=tlsv1_2
"""
_USER = """
[{user.name}]
type=auth
auth_type=userpass
username={user.name}
password={user.password}
[{user.name}]
type=aor
max_contacts=2
[{user.name}]
type=endpoint
context=calls
auth={user.name}
aors={user.name}
disallow=all
allow={user.codecs}
dtmf_mode={user.dtmf}
media_encryption={encryption}
direct_media=no
rtp_symmetric=yes
{more}
"""
