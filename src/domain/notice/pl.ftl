title = Jak { $site } korzysta z monitoringu
days = { $count ->
    [one] { $count } dzień
   *[other] { $count } dni
}
hours = { $count ->
    [one] { $count } godzinę
    [few] { $count } godziny
   *[other] { $count } godzin
}
minutes = { $count ->
    [one] { $count } minutę
    [few] { $count } minuty
   *[other] { $count } minut
}
who-heading = Kto odpowiada za nagrania
who = Monitoring w { $site } prowadzi { $who } i decyduje o jego wykorzystaniu. W rozumieniu prawa jest administratorem nagrań.
who-officer = W sprawach danych osobowych prosimy pytać o: { $value }.
who-ways = Kontakt z nami: { $value }.
who-registration = Wpis w rejestrze Information Commissioner: { $value }.
why-heading = Dlaczego nagrywamy
why = Nagrywamy wyłącznie w celach podanych niżej dla każdej kamery. Nie nagrywamy dźwięku i nie stosujemy rozpoznawania twarzy.
basis-public-task = Podstawa prawna: nagrywanie jest niezbędne do wykonania zadania w interesie publicznym (art. 6 ust. 1 lit. e brytyjskiego RODO, 6(1)(e)). Jako organ publiczny { $who } uwzględnia Surveillance Camera Code of Practice.
basis-legitimate-interests = Podstawa prawna: { $who } i mieszkańcy mają prawnie uzasadniony interes w bezpiecznym miejscu zamieszkania (art. 6 ust. 1 lit. f brytyjskiego RODO, 6(1)(f)), który zestawiliśmy z Państwa prywatnością.
cameras-heading = Gdzie są kamery
cameras = Każda kamera, jej cel i czas przechowywania nagrań:
camera = { $place }: { $purpose }. Przechowujemy przez { $kept }.
kept-heading = Jak długo przechowujemy nagrania
kept = Po upływie tego czasu nagrania są usuwane automatycznie i nikt, także my, nie może ich otworzyć.
kept-hold = Jeśli ktoś w porę poprosi o nagranie, ta część pozostaje do czasu odpowiedzi. Zachowujemy ją też, gdy wymaga tego prawo lub roszczenie.
recipients-heading = Kto może je zobaczyć
recipients = Przeszkoleni pracownicy, którzy podali powód. Możemy też przekazać nagrania:
recipients-default = policji i sądom, gdy prawo na to pozwala lub tego wymaga
rights-heading = Państwa prawa
rights = To nic nie kosztuje, a poprosić można w dowolny sposób: na tych stronach, telefonicznie, listownie lub osobiście. Odpowiadamy w ciągu miesiąca. Mogą Państwo:
right-access = poprosić o kopię nagrania, na którym Państwa widać
right-object = sprzeciwić się nagrywaniu
right-restrict = poprosić o zachowanie nagrania, które byśmy usunęli, lub o niekorzystanie z niego
right-erase = poprosić o usunięcie nagrań z Państwem
complain-heading = Jeśli coś jest nie tak
complain = Skargę prosimy najpierw złożyć do { $who }: jej otrzymanie potwierdzamy w ciągu 30 dni.
complain-regulator = Można też złożyć skargę do { $regulator } ({ $contact }) lub pójść do sądu.
portal-heading = Te strony
portal = Używają jednego pliku cookie, który łączy Państwa odpowiedzi do chwili wysłania. Nie śledzimy i nie zapisujemy Państwa adresu.
sign-heading = Obszar monitorowany
sign-who = Prowadzi
sign-purpose = Cel
sign-place = Obszar
sign-kept = Nagrania przechowujemy przez
sign-contact = Pytania, dostęp, skargi
sign-contact-portal = zob. informację o prywatności tego miejsca
