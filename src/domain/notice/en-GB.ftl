title = How { $site } uses CCTV
days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
who-heading = Who is responsible
who = { $who } records CCTV at { $site } and decides how it is used. In law it is the controller of the footage.
who-officer = For questions about your data, ask for: { $value }.
who-ways = How to reach us: { $value }.
who-registration = Registered with the Information Commissioner under { $value }.
why-heading = Why we record
why = We record only for the purposes named for each camera below. We do not record sound, and we do not use face recognition.
basis-public-task = The law we rely on: recording is necessary for a task in the public interest (UK GDPR Article 6(1)(e)). As a public authority, { $who } has regard to the Surveillance Camera Code of Practice.
basis-legitimate-interests = The law we rely on: { $who } and its residents have a legitimate interest in a safe place to live (UK GDPR Article 6(1)(f)), and we have weighed it against your privacy.
cameras-heading = Where the cameras are
cameras = Each camera, what it is for, and how long its footage is kept:
camera = { $place }: { $purpose }. Kept for { $kept }.
kept-heading = How long footage is kept
kept = When its time is over, footage is deleted automatically and nobody can open it again, including us.
kept-hold = If somebody asks for footage in time, that part is kept until the request is answered. It is also kept where the law requires it or a claim needs it.
recipients-heading = Who may see it
recipients = Trained staff with a recorded reason. We may also give footage to:
recipients-default = the police and the courts, where the law allows or requires it
rights-heading = Your rights
rights = It costs nothing, and you may ask in any way: on these pages, by phone, by post or in person. We answer within one month. You can:
right-access = ask for a copy of footage that shows you
right-object = object to being recorded
right-restrict = ask us to keep footage that we would delete, or not to use it
right-erase = ask us to delete footage of you
complain-heading = If you are not content
complain = Complain to { $who } first: we acknowledge it within 30 days.
complain-regulator = You can also complain to the { $regulator } ({ $contact }) or go to court.
portal-heading = These pages
portal = They use one cookie, which keeps your answers together until you send them. There is no tracking, and no address of yours is logged.
sign-heading = CCTV in operation
sign-who = Operated by
sign-purpose = Purpose
sign-place = Area
sign-kept = Footage kept for
sign-contact = Questions, access, complaints
sign-contact-portal = see the privacy notice of this site
