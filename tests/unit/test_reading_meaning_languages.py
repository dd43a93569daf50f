"""What answers in German, French and Spanish mean, from their phrases to the verdict.

The sentences are short on purpose: each leans on one way of saying it, so that a phrase that got
lost shows here by its language and meaning.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from followupd.domain.events import Meaning
from followupd.reading.meaning import understand
from followupd.reading.meaning.phrasebook import parse

OFFER = Meaning.OFFER
REJECTION = Meaning.REJECTION
NEXT_ROUND = Meaning.NEXT_ROUND
INFO_REQUEST = Meaning.INFO_REQUEST
STILL_DECIDING = Meaning.STILL_DECIDING
ACKNOWLEDGEMENT = Meaning.ACKNOWLEDGEMENT
OTHER = Meaning.OTHER

GERMAN: dict[Meaning, tuple[str, ...]] = {
    OFFER: (
        "Wir freuen uns sehr, Ihnen die Stelle als Technikerin anbieten zu können.",
        "Gute Neuigkeiten: Wir möchten dich gern einstellen!",
        "Nach der letzten Runde war klar: Wir haben uns für Sie entschieden.",
        "Im Anhang finden Sie den Arbeitsvertrag, bitte senden Sie ihn unterschrieben zurück.",
        "Herzlichen Glückwunsch, du hast den Job! Willkommen im Team.",
        "Hiermit erhalten Sie unser Vertragsangebot für die Stelle in der Buchhaltung.",
        "Unsere Wahl ist auf Sie gefallen. Der Betriebsrat muss noch zustimmen.",
        "gern moechten wir Ihnen eine verbindliche Zusage geben fuer die Stelle im Lager.",
        "Alle waren sich einig, wir wollen dich dabei haben und machen dir gern ein Angebot.",
    ),
    REJECTION: (
        (
            "Leider müssen wir Ihnen mitteilen, dass wir uns für eine andere Bewerberin "
            "entschieden haben."
        ),
        (
            "Nach eingehender Prüfung können wir Sie im weiteren Verfahren leider nicht "
            "berücksichtigen."
        ),
        "Ihre Bewerbung ist leider nicht in die engere Auswahl gekommen.",
        "Wir haben uns dazu entschieden, mit anderen Kandidat*innen weiterzumachen.",
        "Die Stelle wurde inzwischen intern besetzt.",
        "Ich habe heute leider keine guten Nachrichten für dich.",
        (
            "Wir bedauern, Ihnen keine positivere Nachricht geben zu können, und wünschen Ihnen "
            "für Ihren weiteren Berufsweg alles Gute."
        ),
        "Wir können Ihnen derzeit leider keine passende Stelle anbieten.",
        "Am Ende hat es nicht ganz gereicht, ein anderer Kandidat bringt mehr Erfahrung mit.",
        "heute muessen wir Ihnen leider eine Absage erteilen. Fuer die Zukunft alles Gute!",
        "Bitte verstehen Sie diese Absage nicht als Wertung Ihrer Person.",
        "Wir haben uns gegen eine Fortsetzung des Prozesses mit dir entschieden.",
        "Die Position wird wegen eines Einstellungsstopps vorerst nicht besetzt.",
        "Wir haben uns für Bewerber:innen entschieden, deren Profil noch besser passt.",
        "Können wir Sie leider nicht zu einem Vorstellungsgespräch einladen.",
    ),
    NEXT_ROUND: (
        "Gerne möchten wir Sie persönlich kennenlernen und laden Sie zu einem Gespräch ein.",
        "Wann würde es dir nächste Woche für ein kurzes Telefonat passen?",
        "Bitte wählen Sie über folgenden Link einen Termin aus.",
        "Als nächsten Schritt würden wir dir eine Testaufgabe zusenden.",
        "leider müssen wir den Termin am Donnerstag verschieben.",
        "Hiermit bestätige ich unser Interview am 12. März um 14 Uhr.",
        "Haben Sie am Mittwoch um 10 Uhr Zeit für ein Videogespräch?",
        "Wir laden dich herzlich zum Probearbeiten ein.",
        (
            "Die Abteilungsleiterin würde gern mit Ihnen sprechen. Nennen Sie uns bitte ein paar "
            "Terminvorschläge."
        ),
        "Du bist eine Runde weiter! Es folgt ein Fachgespräch mit dem Team.",
    ),
    INFO_REQUEST: (
        "Könnten Sie uns bitte noch Ihre Arbeitszeugnisse zusenden?",
        "Wie sind Ihre Gehaltsvorstellungen und wie lange ist Ihre Kündigungsfrist?",
        "Ab wann könntest du bei uns anfangen?",
        "Für die weitere Bearbeitung benötigen wir noch folgende Unterlagen von Ihnen.",
        "Schick uns doch bitte noch dein Portfolio.",
        "Bitte füllen Sie den beiliegenden Personalfragebogen aus.",
        "Wir bitten um Zusendung von zwei Referenzen.",
        "Haben Sie eine gültige Arbeitserlaubnis für Deutschland?",
    ),
    STILL_DECIDING: (
        "Leider haben wir noch keine Entscheidung getroffen.",
        "Wir bitten Sie noch um etwas Geduld.",
        "Die Auswahl dauert leider etwas länger als gedacht.",
        "Wir führen diese Woche noch weitere Gespräche und melden uns bis Freitag.",
        "Sobald es eine Entscheidung gibt, melde ich mich bei dir.",
        "Sie sind weiterhin im Rennen, wir stimmen uns intern noch ab.",
        "Aufgrund der Urlaubszeit verzögert sich unsere Rückmeldung.",
    ),
    ACKNOWLEDGEMENT: (
        "Hiermit bestätigen wir den Eingang Ihrer Bewerbung.",
        "Vielen Dank für deine Bewerbung, wir haben deine Unterlagen erhalten.",
        "Wir werden Ihre Unterlagen sorgfältig prüfen und kommen unaufgefordert auf Sie zu.",
        "Vielen Dank für Ihre nette Nachricht, auch mich hat das Gespräch gefreut.",
        "Falls Sie in die engere Auswahl kommen, melden wir uns. Ihre Bewerbung ist eingegangen.",
        "Danke für deine Bewerbung! Wenn dein Profil passt, laden wir dich zu einem Gespräch ein.",
    ),
    OTHER: (
        "Neue Stellenangebote für Sie: 12 passende Jobs in Berlin. Newsletter abbestellen",
        "Ihre Rechnung für März liegt im Kundenkonto bereit.",
        "Das Wetter soll am Wochenende endlich besser werden.",
        "Wir bieten Ihnen eine spannende Aufgabe in einem dynamischen Umfeld.",
        "Die besten Angebote der Woche: Sichern Sie sich 20 Prozent Rabatt.",
        "Ich verspäte mich um zehn Minuten, die Bahn steht.",
        "Wir müssen unser Gespräch am Montag leider absagen.",
    ),
}

FRENCH: dict[Meaning, tuple[str, ...]] = {
    OFFER: (
        "Nous avons le plaisir de vous proposer le poste de chargée de clientèle.",
        "Vous trouverez ci-joint votre contrat de travail à nous retourner signé.",
        "Félicitations, tu es prise ! Bienvenue dans l'équipe.",
        "Notre choix s'est porté sur vous.",
        "Nous souhaitons vous recruter en CDI à partir de septembre.",
        "Veuillez trouver en pièce jointe la promesse d'embauche.",
        "Nous sommes ravis de vous compter parmi nous dès le mois prochain.",
    ),
    REJECTION: (
        "Malheureusement, votre candidature n'a pas été retenue.",
        "Nous sommes au regret de ne pouvoir donner une suite favorable à votre candidature.",
        "Nous avons décidé de poursuivre avec d'autres candidats.",
        "Nous n'avons malheureusement pas retenu votre dossier.",
        "Le poste a finalement été pourvu en interne.",
        "Apres etude de votre dossier, nous ne donnerons pas suite a votre candidature.",
        (
            "Nous avons retenu un·e autre candidat·e dont le profil correspond davantage à nos "
            "attentes."
        ),
        "On a choisi quelqu'un d'autre, désolée. Bonne continuation dans tes recherches !",
        "Cette décision ne remet pas en cause la qualité de votre parcours.",
        "Le recrutement a été gelé par la direction.",
        "Nous avons le regret de vous informer que vous n'avez pas été sélectionné.",
    ),
    NEXT_ROUND: (
        "Nous aimerions vous rencontrer pour un entretien dans nos locaux.",
        "Quelles sont vos disponibilités la semaine prochaine ?",
        "Malheureusement nous devons reporter l'entretien de jeudi.",
        "Je te propose qu'on échange en visio mardi à 10 h.",
        "Merci de réserver un créneau via ce lien.",
        "La prochaine étape est un test technique à réaliser en ligne.",
        "Je vous confirme notre rendez-vous du lundi 4 mars à 9 h 30.",
        "Votre profil a retenu notre attention et nous souhaiterions échanger avec vous.",
    ),
    INFO_REQUEST: (
        "Pourriez-vous nous transmettre une copie de votre diplôme ?",
        "Quelles sont vos prétentions salariales ?",
        "Merci de nous envoyer les coordonnées de deux références.",
        "Il nous manque votre pièce d'identité pour compléter le dossier.",
        "À partir de quand pourrais-tu commencer ?",
        "Veuillez compléter le formulaire ci-joint.",
    ),
    STILL_DECIDING: (
        "Nous n'avons pas encore pris de décision.",
        "Merci de patienter encore quelques jours.",
        "Le processus prend un peu plus de temps que prévu.",
        "Nous rencontrons encore d'autres candidats cette semaine.",
        "Je reviendrai vers vous d'ici la fin de la semaine.",
        "Votre candidature est toujours à l'étude.",
    ),
    ACKNOWLEDGEMENT: (
        "Nous accusons réception de votre candidature.",
        "Nous avons bien reçu votre dossier et allons l'étudier attentivement.",
        "Merci pour votre message, plaisir partagé.",
        (
            "Si votre profil correspond à nos besoins, nous vous inviterons à un entretien. Votre "
            "candidature a bien été enregistrée."
        ),
        (
            "Sans réponse de notre part sous trois semaines, veuillez considérer que votre "
            "candidature n'a pas été retenue."
        ),
    ),
    OTHER: (
        "15 nouvelles offres d'emploi correspondent à votre alerte emploi. Se désabonner",
        "Votre facture de mars est disponible dans votre espace client.",
        "Il fait enfin beau à Lyon ce matin.",
        "Profitez de notre offre : 20 % de réduction sur votre commande.",
        "J'aurai dix minutes de retard à cause du métro.",
        "Nous vous proposons un environnement stimulant et une équipe dynamique.",
    ),
}

SPANISH: dict[Meaning, tuple[str, ...]] = {
    OFFER: (
        "Nos complace ofrecerte el puesto de analista.",
        "¡Enhorabuena! Has sido seleccionada para el puesto.",
        "Adjunto encontrará el contrato de trabajo para su firma.",
        "Queremos que te incorpores a nuestro equipo a partir de mayo.",
        "Le enviamos la carta oferta; quedamos atentos a su aceptación.",
        "Bienvenido al equipo, el puesto es tuyo.",
        "Hemos decidido contratarte, empezarías el lunes.",
    ),
    REJECTION: (
        "Lamentamos comunicarle que no ha sido seleccionado para la vacante.",
        "Hemos decidido continuar con otros candidatos.",
        "Finalmente no seguirás en el proceso de selección.",
        "La vacante ya fue cubierta internamente.",
        "En esta ocasión no has sido seleccionad@, te deseamos mucho éxito en tu búsqueda.",
        "Su perfil no se ajusta a lo que buscamos en este momento.",
        "Lo siento, nos hemos decantado por otra persona.",
        "Guardaremos tu CV en nuestra base de datos para futuras vacantes.",
        "Lamentablemente no podemos avanzar con tu postulacion.",
        "El proceso ha sido cancelado.",
    ),
    NEXT_ROUND: (
        "Nos gustaría invitarte a una entrevista con el equipo.",
        "¿Qué disponibilidad tienes la próxima semana para una videollamada?",
        "Lamentablemente tenemos que reprogramar la entrevista del martes.",
        "Has pasado a la siguiente fase del proceso.",
        "Le confirmo la reunión para el jueves a las 16 horas.",
        "Por favor, elija un horario en el siguiente enlace.",
        "El siguiente paso es realizar una prueba técnica.",
        "¿Te viene bien hablar mañana por la tarde?",
    ),
    INFO_REQUEST: (
        "¿Podrías enviarnos una copia de tu título?",
        "¿Cuáles son sus expectativas salariales?",
        "Necesitamos dos referencias laborales.",
        "Por favor, complete el formulario adjunto.",
        "¿Cuándo podrías incorporarte?",
        "¿Cuenta con permiso de trabajo en España?",
    ),
    STILL_DECIDING: (
        "Todavía no hemos tomado una decisión.",
        "Seguimos entrevistando a otros candidatos.",
        "Te agradecemos la paciencia.",
        "El proceso está tardando más de lo esperado.",
        "Te avisaremos en cuanto tengamos novedades.",
        "Estamos a la espera de la aprobación del presupuesto.",
    ),
    ACKNOWLEDGEMENT: (
        "Hemos recibido tu candidatura correctamente.",
        "Gracias por postularte. Revisaremos tu perfil con atención.",
        "Gracias por tu mensaje, también fue un placer conocerte.",
        "Confirmamos la recepción de su solicitud.",
        "Si tu perfil encaja, te llamaremos para una entrevista. Tu inscripción se ha registrado.",
    ),
    OTHER: (
        "Nuevas ofertas de empleo para ti en Madrid. Darse de baja",
        "Su factura de marzo ya está disponible.",
        "Hoy hace un sol estupendo en Sevilla.",
        "Oferta exclusiva: 20 % de descuento en tu próximo pedido.",
        "Llego diez minutos tarde por el tráfico.",
        "Te ofrecemos un ambiente joven y dinámico.",
    ),
}

LANGUAGES = {"de": GERMAN, "fr": FRENCH, "es": SPANISH}

SENTENCES = [
    pytest.param(meaning, text, id=f"{language}-{meaning}-{number}")
    for language, table in LANGUAGES.items()
    for meaning, texts in table.items()
    for number, text in enumerate(texts, 1)
]

WORDED = tomllib.loads((Path(__file__).parent / "answers_by_meaning.toml").read_text("utf-8"))

WORDINGS = [
    pytest.param(Meaning(name), text, id=f"{name}-{number}")
    for name, table in WORDED.items()
    if name != "neither"
    for number, text in enumerate(table["plain"], 1)
]

TRAPS = [
    # what is said politely before or after the news
    (
        (
            "Sehr geehrte Frau Roth,\n\nvielen Dank für das angenehme Gespräch. Sie haben uns sehr "
            "beeindruckt. Dennoch haben wir uns für einen anderen Kandidaten entschieden. Sollte "
            "sich künftig eine passende Stelle ergeben, laden wir Sie gern zu einem Gespräch ein."
        ),
        REJECTION,
    ),
    (
        (
            "Hallo Jan,\n\ndanke für deine Zeit beim Probetag. Leider wird es diesmal nichts mit "
            "uns, wir gehen mit einer anderen Person weiter. Bewirb dich gern wieder!"
        ),
        REJECTION,
    ),
    (
        (
            "Bonjour,\n\nMerci pour notre échange de mardi, votre parcours nous a beaucoup plu. "
            "Cependant, nous avons choisi un autre profil. N'hésitez pas à postuler à nouveau."
        ),
        REJECTION,
    ),
    (
        (
            "Hola, Marta:\n\nGracias por venir a la entrevista, tu experiencia nos gustó mucho. "
            "Sin embargo, hemos optado por otro perfil. Te animamos a seguir pendiente de nuestras "
            "ofertas."
        ),
        REJECTION,
    ),
    # regret about something smaller
    ("Leider ist mir etwas dazwischengekommen, können wir das Interview verlegen?", NEXT_ROUND),
    ("Désolée, un imprévu : peut-on décaler notre appel à vendredi ?", NEXT_ROUND),
    ("Siento avisar tan tarde, ¿podemos mover la llamada al viernes?", NEXT_ROUND),
    (
        "Leider konnte ich den Anhang nicht öffnen. Können Sie den Lebenslauf noch einmal senden?",
        INFO_REQUEST,
    ),
    ("Leider kann ich Ihnen noch nichts Neues sagen.", STILL_DECIDING),
    ("Malheureusement, je n'ai pas encore de retour du manager.", STILL_DECIDING),
    ("Lamentablemente todavía no tenemos novedades del cliente.", STILL_DECIDING),
    # conditions
    (
        (
            "Ihre Bewerbung ist bei uns eingegangen. Nach der Prüfung entscheiden wir, ob wir Sie "
            "zu einem Vorstellungsgespräch einladen."
        ),
        ACKNOWLEDGEMENT,
    ),
    (
        (
            "Wir haben Ihre Unterlagen erhalten. Unabhängig davon, ob Zusage oder Absage, melden "
            "wir uns bei Ihnen."
        ),
        ACKNOWLEDGEMENT,
    ),
    (
        (
            "Hemos recibido tu solicitud. Si no te contactamos en tres semanas, significa que no "
            "has sido seleccionado."
        ),
        ACKNOWLEDGEMENT,
    ),
    (
        (
            "Votre candidature a bien été reçue. Seuls les candidats retenus seront contactés pour "
            "un entretien."
        ),
        ACKNOWLEDGEMENT,
    ),
]


@pytest.mark.parametrize(("meaning", "text"), SENTENCES)
def test_a_sentence_is_understood_in_its_language(meaning: Meaning, text: str) -> None:
    """One plain sentence of an answer is enough to tell what it means."""
    assert understand("", text).meaning is meaning


@pytest.mark.parametrize(("meaning", "text"), WORDINGS)
def test_a_wording_once_missed_is_understood(meaning: Meaning, text: str) -> None:
    """Words speak for what was meant, and for nothing that would decide more."""
    understood = understand("", text)
    assert understood.meaning is meaning
    assert understood.evidence


@pytest.mark.parametrize("text", WORDED["neither"]["plain"])
def test_what_decides_nothing_is_no_decision(text: str) -> None:
    """Dates, questions, advertisements and other people's news are no offer and no rejection."""
    assert understand("", text).meaning not in {OFFER, REJECTION}


@pytest.mark.parametrize(("text", "meaning"), TRAPS)
def test_what_only_sounds_like_news_decides_nothing(text: str, meaning: Meaning) -> None:
    """Politeness, regret about a date and promises under a condition are not the answer."""
    assert understand("", text).meaning is meaning


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Ihre Stellenangebote der Woche", "12 neue Stellenangebote für Sie. Jetzt ansehen"),
        ("Vos offres d'emploi", "Voici les offres d'emploi du jour. Se désabonner ici."),
        ("Ofertas de empleo para ti", "Estas son las ofertas de trabajo de hoy. Darse de baja"),
        ("Ihr Angebot", "Unser Angebot für Ihren neuen Mobilfunkvertrag: sparen Sie 30 Prozent."),
        ("Votre offre", "Votre offre fidélité : une remise sur votre forfait téléphonique."),
        ("Tu oferta", "Aprovecha esta oferta: seguro de coche con descuento."),
    ],
)
def test_an_advertisement_is_never_an_offer_of_a_job(subject: str, text: str) -> None:
    """The words Angebot, offre and oferta in an advertisement offer no job."""
    assert understand(subject, text).meaning is OTHER


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("WIR KÖNNEN SIE LEIDER NICHT BERÜCKSICHTIGEN", REJECTION),
        ("Wir koennen Sie leider nicht beruecksichtigen", REJECTION),
        ("Wir haben uns fu\u0308r eine andere Person entschieden", REJECTION),
        ("Votre candidature n\u2019a pas e\u0301te\u0301 retenue", REJECTION),
        ("Votre candidature n'a pas ete retenue", REJECTION),
        ("Lamentamos comunicarte que no has sido seleccionado/a", REJECTION),
        ("¿Que disponibilidad tienes manana para una reunion?", NEXT_ROUND),
    ],
)
def test_spelling_makes_no_difference(written: str, meaning: Meaning) -> None:
    """Capitals, missing accents, combining accents and curly apostrophes are read alike."""
    assert understand("", written).meaning is meaning


@pytest.mark.parametrize(
    "ending",
    [
        "Bewerber",
        "Bewerberin",
        "Bewerber:in",
        "Bewerber*in",
        "Bewerber/in",
        "Bewerber_in",
        "BewerberIn",
    ],
)
def test_every_gender_form_is_the_same_person(ending: str) -> None:
    """Stars, colons and strokes inside a word hide no rejection."""
    text = f"Wir haben uns für eine/n andere/n {ending} entschieden."
    assert understand("", text).meaning is REJECTION


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_phrases_can_be_read_and_covers_every_meaning(language: str) -> None:
    """Every phrase has the right form, and no meaning was forgotten."""
    folder = resources.files("followupd.reading") / "phrases" / "meaning"
    source = (folder / f"{language}.toml").read_text("utf-8")
    assert parse(language, source).name == language
    data = tomllib.loads(source)
    assert all(data[meaning]["certain"] and data[meaning]["unless"] for meaning in Meaning)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_stands_twice_in_a_list(language: str) -> None:
    """A phrase written twice would hide which of them is to be changed."""
    folder = resources.files("followupd.reading") / "phrases" / "meaning"
    data = tomllib.loads((folder / f"{language}.toml").read_text("utf-8"))
    for meaning in Meaning:
        for phrases in data[meaning].values():
            assert len(phrases) == len(set(phrases))
