r"""Which folder is which: Drafts, Sent, Trash, and where an answer may lie.

Pure: the answer to LIST and the configuration in, names out. An explicit key wins; else the
server's own attribute (RFC 6154), such as `\Drafts`; else the name, in the languages mail
programs create folders in. No folder is ever created.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from followupd.errors import ServerRefused
from followupd.mailbox.responses import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from followupd.config.settings import Imap

INBOX = "INBOX"
_MOST_NAMED = 12

# What mail programs and providers call these folders; compared without regard to case.
_NAMES: dict[str, tuple[str, ...]] = {
    "\\drafts": (
        *("Drafts", "Draft", "Draft Messages", "Entwürfe", "Entwurf", "Brouillons", "Brouillon"),
        *("Borradores", "Borrador", "Bozze", "Concepten", "Utkast", "Kladder", "Udkast"),
        *("Luonnokset", "Rascunhos", "Robocze", "Kopie robocze", "Szkice", "Wersje robocze"),
        *("Koncepty", "Rozepsané", "Piszkozatok", "Ciorne", "Taslaklar", "Πρόχειρα"),
        *("Черновики", "Чернетки", "Чернови", "Skice", "Osnutki", "Mustandid", "Juodraščiai"),
        *("Melnraksti", "Esborranys", "Zirriborroak", "Drög", "草稿", "草稿箱", "草稿夹", "下書き"),
        *("임시보관함", "임시 보관함", "טיוטות", "مسودات", "المسودات", "ฉบับร่าง"),
    ),
    "\\sent": (
        *("Sent", "Sent Mail", "Sent Items", "Sent Messages", "Gesendet", "Gesendete Elemente"),
        *("Gesendete Objekte", "Gesendete Nachrichten", "Envoyés", "Messages envoyés"),
        *("Éléments envoyés", "Objets envoyés", "Enviados", "Elementos enviados"),
        *("Correo enviado", "Mensajes enviados", "Inviati", "Posta inviata", "Inviata"),
        *("Verzonden", "Verzonden items", "Verzonden berichten", "Skickat", "Skickade objekt"),
        *("Sendt", "Sendte elementer", "Sendt post", "Lähetetyt", "Itens enviados"),
        *("E-mails enviados", "Wysłane", "Elementy wysłane", "Odeslané", "Odeslaná pošta"),
        *("Odoslané", "Elküldött", "Elküldött elemek", "Trimise", "Gönderilmiş Öğeler"),
        *("Gönderilenler", "Απεσταλμένα", "Отправленные", "Надіслані", "已发送", "已发送邮件"),
        *("寄件備份", "送信済み", "送信済みメール", "보낸편지함", "보낸 편지함"),
    ),
    "\\trash": (
        *("Trash", "Deleted", "Deleted Items", "Deleted Messages", "Bin", "Papierkorb"),
        *("Gelöschte Elemente", "Gelöschte Objekte", "Gelöscht", "Corbeille"),
        *("Éléments supprimés", "Papelera", "Elementos eliminados", "Cestino"),
        *("Posta eliminata", "Prullenbak", "Prullenmand", "Verwijderde items", "Papperskorgen"),
        *("Borttaget", "Papirkurv", "Slettede elementer", "Slettet", "Roskakori", "Lixo"),
        *("Lixeira", "Itens excluídos", "Kosz", "Elementy usunięte", "Koš", "Kôš", "Lomtár"),
        *("Törölt elemek", "Coș de gunoi", "Çöp Kutusu", "Silinmiş Öğeler"),
        *("Κάδος απορριμμάτων", "Корзина", "Удаленные", "Кошик", "已删除", "已删除邮件"),
        *("垃圾桶", "ゴミ箱", "휴지통"),
    ),
    "\\junk": (
        *("Junk", "Spam", "Junk Mail", "Junk E-mail", "Junk Email", "Bulk Mail", "Spamverdacht"),
        *("Junk-E-Mail", "Unerwünscht", "Indésirables", "Courrier indésirable", "Pourriel"),
        *("Correo no deseado", "Posta indesiderata", "Ongewenste e-mail", "Ongewenst"),
        *("Skräppost", "Søppelpost", "Uønsket mail", "Roskaposti", "Lixo eletrônico", "Spam-Mail"),
        *("Wiadomości-śmieci", "Nevyžádaná pošta", "Levélszemét", "Gereksiz", "Спам"),
        *("垃圾邮件", "垃圾郵件", "迷惑メール", "스팸", "스팸메일함"),
    ),
    "\\archive": (
        *("Archive", "Archives", "Archiv", "Archivo", "Archivio", "Archief", "Arkiv", "Arkisto"),
        *("Arquivo", "Archiwum", "Archív", "Archívum", "Arşiv", "Архив", "Архів"),
        *("归档", "存档", "アーカイブ"),
    ),
    "\\all": (
        *("All Mail", "Alle Nachrichten", "Tous les messages", "Todos", "Tutti i messaggi"),
        *("Alle berichten", "All e-post", "Todos os e-mails", "Wszystkie", "Вся почта"),
    ),
}
# Only here does a name say anything: a Drafts below Trash is somebody's old folder.
_PARENTS = frozenset({"", "inbox", "[gmail]", "[google mail]"})


@dataclass(frozen=True, slots=True)
class Roles:
    """The folders that matter, as the server spells them.

    Attributes:
        drafts: where drafts are laid.
        sent: where sent mail lies, if there is such a folder; likewise trash, junk, all and
            archive.
        approval: the folder into which the user moves what is to be sent; None where there is
            none.
        watched: where answers are expected to arrive, INBOX first unless configured.
        everywhere: every folder an answer may lie in, Sent and Trash among them, watched ones
            first; not that of drafts, nor that of approved ones. Where one folder shows all mail,
            the others need not be looked at.
    """

    drafts: str
    sent: str | None
    trash: str | None
    junk: str | None
    all: str | None
    archive: str | None
    approval: str | None
    watched: tuple[str, ...]
    everywhere: tuple[str, ...]


def find_folders(
    folders: Iterable[Folder], configured: Imap, approval_folder: str | None = None
) -> Roles:
    """Find every role in the folders the server listed.

    Args:
        folders: the answer to LIST.
        configured: the keys that win.
        approval_folder: the approval folder as it is configured. It may be missing on the server.

    Raises:
        ServerRefused: a configured folder does not exist, or no Drafts folder can be found; the
            approval folder is one that the server uses for something else.
    """
    usable = [folder for folder in folders if folder.selectable]
    if not any(_same(folder.name, INBOX) for folder in usable):
        usable.insert(0, Folder(INBOX, frozenset(), None))
    drafts = _role(usable, "\\drafts", "drafts", configured.drafts)
    if drafts is None:
        raise ServerRefused(
            f"{configured.host} has no folder for drafts that can be recognised; create one in "
            "your mail program or name it in accounts[].imap.drafts; there are: "
            f"{_listed(folder.name for folder in usable)}"
        )
    sent = _role(usable, "\\sent", "sent", configured.sent)
    trash = _role(usable, "\\trash", "trash", configured.trash)
    junk = _role(usable, "\\junk", "", None)
    everything = _role(usable, "\\all", "", None)
    archive = _role(usable, "\\archive", "", None)
    if configured.folders is not None:
        watched = [_existing(usable, "folders", name) for name in configured.folders]
    else:
        inbox = _existing(usable, "folders", INBOX)
        watched = [inbox, *(name for name in (everything, archive, junk) if name is not None)]
    if everything is not None:
        rest = [name for name in (everything, junk, trash) if name is not None]
    else:
        rest = [folder.name for folder in usable]
    approval = _approval(usable, approval_folder, (drafts, sent, trash, junk, everything))
    return Roles(
        drafts=drafts,
        sent=sent,
        trash=trash,
        junk=junk,
        all=everything,
        archive=archive,
        approval=approval,
        watched=tuple(dict.fromkeys(watched)),
        everywhere=tuple(
            name for name in dict.fromkeys([*watched, *rest]) if name not in (drafts, approval)
        ),
    )


def _approval(
    folders: Sequence[Folder], wanted: str | None, taken: Iterable[str | None]
) -> str | None:
    """The server's spelling of the approval folder; a draft laid into it would be sent."""
    found = next((folder.name for folder in folders if _same(folder.name, wanted or "")), None)
    if found is not None and (found in taken or _same(found, INBOX)):
        raise ServerRefused(
            f"accounts[].approval.folder is “{_listed([found])}”, which the server uses for "
            "something else; name a folder of its own"
        )
    return found


def _role(
    folders: Sequence[Folder], attribute: str, key: str, configured: str | None
) -> str | None:
    if configured is not None:
        return _existing(folders, key, configured)
    marked = [folder.name for folder in folders if attribute in folder.flags]
    if marked:
        return marked[0]
    known = [_folded(name) for name in _NAMES[attribute]]
    # A folder whose attribute says what it is has no other part to play.
    free = [folder for folder in folders if not folder.flags & _NAMES.keys()]
    named = [
        (known.index(leaf), parent != "", folder.name)
        for folder in free
        for parent, leaf in [_split(folder)]
        if leaf in known and parent in _PARENTS
    ]
    return min(named)[2] if named else None


def _split(folder: Folder) -> tuple[str, str]:
    name = _folded(folder.name)
    if not folder.delimiter:
        return "", name
    parent, _, leaf = name.rpartition(folder.delimiter)
    return parent, leaf


def _existing(folders: Sequence[Folder], key: str, wanted: str) -> str:
    """The server's spelling of a configured folder."""
    for folder in folders:
        if folder.name == wanted:
            return folder.name
    for folder in folders:
        if _same(folder.name, wanted):
            return folder.name
    names = [folder.name for folder in folders]
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    hint = f"did you mean “{near[0]}”? " if near else ""
    raise ServerRefused(
        f"accounts[].imap.{key}: the server has no folder “{wanted}”; {hint}"
        f"there are: {_listed(names)}"
    )


def _same(name: str, other: str) -> bool:
    if name.upper() == INBOX:
        return other.upper() == INBOX
    return unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", other)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _listed(names: Iterable[str]) -> str:
    printable = ["".join(each if each.isprintable() else "?" for each in name) for name in names]
    shown = ", ".join(name[:60] for name in printable[:_MOST_NAMED])
    return shown + (", …" if len(printable) > _MOST_NAMED else "")
