title = Sut mae { $site } yn defnyddio teledu cylch cyfyng
days = { $count ->
    [one] { $count } diwrnod
    [two] { $count } ddiwrnod
   *[other] { $count } diwrnod
}
hours = { $count } awr
minutes = { $count ->
    [two] { $count } funud
   *[other] { $count } munud
}
who-heading = Pwy sy'n gyfrifol
who = Mae { $who } yn recordio teledu cylch cyfyng yn { $site } ac yn penderfynu sut y caiff ei ddefnyddio. Yn ôl y gyfraith, dyma reolydd y lluniau.
who-officer = Os oes gennych gwestiynau am eich data, gofynnwch am: { $value }.
who-ways = Sut i gysylltu â ni: { $value }.
who-registration = Wedi cofrestru gyda'r Comisiynydd Gwybodaeth o dan { $value }.
why-heading = Pam rydym yn recordio
why = Dim ond at y dibenion a nodir isod ar gyfer pob camera yr ydym yn recordio. Nid ydym yn recordio sain, ac nid ydym yn defnyddio technoleg adnabod wynebau.
basis-public-task = Y gyfraith rydym yn dibynnu arni: mae recordio yn angenrheidiol ar gyfer tasg er budd y cyhoedd (Erthygl 6(1)(e) o GDPR y DU). Fel awdurdod cyhoeddus, mae { $who } yn ystyried y Cod Ymarfer Camerâu Gwyliadwriaeth.
basis-legitimate-interests = Y gyfraith rydym yn dibynnu arni: mae gan { $who } a'i breswylwyr fuddiant dilys mewn lle diogel i fyw (Erthygl 6(1)(f) o GDPR y DU), ac rydym wedi pwyso hynny yn erbyn eich preifatrwydd.
cameras-heading = Ble mae'r camerâu
cameras = Pob camera, ei ddiben, ac am ba hyd y cedwir y lluniau:
camera = { $place }: { $purpose }. Cedwir am { $kept }.
kept-heading = Am ba hyd y cedwir lluniau
kept = Pan ddaw'r amser i ben, caiff y lluniau eu dileu'n awtomatig ac ni all neb eu hagor eto, gan gynnwys ni.
kept-hold = Os bydd rhywun yn gofyn am luniau mewn pryd, cedwir y rhan honno nes bod y cais wedi'i ateb. Fe'u cedwir hefyd lle mae'r gyfraith yn mynnu hynny neu lle mae eu hangen ar gyfer hawliad.
recipients-heading = Pwy gaiff eu gweld
recipients = Staff hyfforddedig sydd â rheswm a gofnodwyd. Gallwn hefyd roi lluniau i:
recipients-default = yr heddlu a'r llysoedd, lle mae'r gyfraith yn caniatáu neu'n mynnu hynny
rights-heading = Eich hawliau
rights = Nid yw'n costio dim, a chewch ofyn mewn unrhyw ffordd: ar y tudalennau hyn, dros y ffôn, drwy'r post neu wyneb yn wyneb. Byddwn yn ateb o fewn mis. Gallwch:
right-access = ofyn am gopi o luniau sy'n eich dangos chi
right-object = gwrthwynebu cael eich recordio
right-restrict = gofyn inni gadw lluniau y byddem yn eu dileu, neu beidio â'u defnyddio
right-erase = gofyn inni ddileu lluniau ohonoch
complain-heading = Os nad ydych yn fodlon
complain = Cwynwch i { $who } yn gyntaf: byddwn yn cydnabod y gŵyn o fewn 30 diwrnod.
complain-regulator = Gallwch hefyd gwyno i'r { $regulator } ({ $contact }) neu fynd i'r llys.
portal-heading = Y tudalennau hyn
portal = Defnyddir un cwci, sy'n cadw eich atebion gyda'i gilydd nes i chi eu hanfon. Nid oes tracio, ac ni chofnodir eich cyfeiriad.
sign-heading = Teledu cylch cyfyng ar waith
sign-who = Gweithredir gan
sign-purpose = Diben
sign-place = Ardal
sign-kept = Cedwir lluniau am
sign-contact = Cwestiynau, mynediad, cwynion
sign-contact-portal = gweler hysbysiad preifatrwydd y safle hwn
