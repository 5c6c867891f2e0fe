# Страница вокруг уроков.

name = IoT Hub Playground
device = Устройство
hub = Хаб
cloud = Облако
lessons = Уроки
progress = { $steps ->
    [one] Пройдено { $passed } из { $steps } шага
    [few] Пройдено { $passed } из { $steps } шагов
    [many] Пройдено { $passed } из { $steps } шагов
   *[other] Пройдено { $passed } из { $steps } шага
  }
close = Закрыть
copied = Скопировано
copy-failed = Не скопировано: браузер этого не разрешает. Выделите текст и скопируйте его вручную.
bytes = { $count } Б
skip-to-content = Перейти к содержанию

# Полоса наверху.

hub-in-page = Хаб: на этой странице
theme = Тема
theme-system = Как в системе
theme-light = Светлая
theme-dark = Тёмная
shortcuts-open = Сочетания клавиш

# Первая страница.

home-title = Azure IoT Hub на практике
home-lead = Устройство, хаб и облачная программа работают рядом, прямо на этой странице. Вы регистрируете устройство, подключаете его и видите каждый пакет, который проходит между ними.
home-picture = Устройство отправляет пакеты в хаб; облачная программа отправляет хабу запросы.
home-start = Начать урок 1
home-continue = Продолжить урок { $number }
home-promise = Ничего не нужно устанавливать, подписка Azure не нужна, и данные не покидают эту страницу.
home-differences = Чем этот хаб отличается от Azure IoT Hub

# Адрес, который никуда не ведёт.

not-found-title = Такой страницы нет
not-found-text = Адрес указывает на урок или шаг, которого нет. Возможно, в адресе опечатка или шаг теперь называется иначе. Выберите урок на первой странице.
not-found-home = На первую страницу

# Урок и его шаги.

steps = Шаги
step-not-started = Не начат
step-running = Выполняется
step-passed = Пройден
step-passed-before = Пройден раньше
step-not-yet = Пока нет
step-panel = Открытый шаг
verdict-not-started = Кнопка выполняет шаг. Затем проверка читает хаб и пишет здесь, что она увидела.
verdict-running = Шаг выполняется. Смотрите на стенд.
verdict-looked-for = Что искали
verdict-saw = Что увидели
stop = Остановить
next-step = Следующий шаг
next-lesson = Следующий урок
lesson-done = Все уроки
hint = Подсказка
check = Проверить
check-title = Ещё раз прочитать хаб и сказать, что в нём есть
solve = Решить
solve-title = Сделать всё, о чём просит этот шаг
reset = Сбросить
reset-title = Вернуть стенд к началу этого шага
announce-passed = Шаг пройден. { $saw }
announce-not-yet = Пока нет. { $saw }

# Стенд.

bench = Стенд
clock = Время на стенде
speed = Скорость часов стенда
skip-to-next = К следующему событию
skip-wait = через { $wait }
split-lesson = Ширина урока
split-cards = Высота стенда
views = Виды
view-lesson = Урок
view-bench = Стенд
view-wire = Трафик

# Карточки устройства и облака.

device-connected = В сети
device-disconnected = Не в сети
device-unplugged = Кабель вынут
plug-pull = Вынуть кабель
plug-back = Вставить кабель
device-string = Строка подключения
device-string-placeholder = Вставьте её сюда
device-string-give = Передать
device-string-missing = пока нет
device-string-given = для { $device }
device-string-where = Для устройства { $device } на { $host }. Ключ остаётся в памяти этой страницы.
registry = Реестр удостоверений
registry-enabled = активно
registry-disabled = заблокировано
listing = Программа
listing-fold = Свернуть программу
listing-unfold = Показать программу
listing-of = { $program }, вариант { $spelling }
listing-copy = Скопировать { $program }, вариант { $spelling }
listing-failed = Текст программы не загрузился. Загрузите страницу ещё раз.
listing-not-sent = Когда { $program } что-нибудь отправит хабу, здесь появится её последнее действие в варианте { $spelling }.
listing-not-sent-step = Когда { $program } что-нибудь отправит хабу, здесь появится её последнее действие в варианте { $spelling }. Её запускает шаг «{ $step }».
listing-no-words = Для последнего, что отправила { $program }, варианта { $spelling } нет.
spellings = Варианты записи
spelling-rust = Rust
spelling-python = Python
spelling-az = az
spelling-curl = curl
spelling-mqtt = MQTT
program-running = работает
program-finished = завершена
program-failed = завершена с ошибкой
program-stopped = остановлена
setting-default = Вернуть { $value }
device-console = Консоль устройства
cloud-console = Консоль облака
console-forgotten = { $count ->
    [one] Ещё { $count } старая строка больше не показана.
    [few] Ещё { $count } старые строки больше не показаны.
    [many] Ещё { $count } старых строк больше не показано.
   *[other] Ещё { $count } старой строки больше не показано.
  }
jump-to-newest = К последней строке
secret-hidden = Секрет скрыт
secret-reveal = Показать секрет
secret-hide = Скрыть секрет
secret-copy = Скопировать секрет

# Панель под карточками.

panel = Что прошло по сети и что хранит хаб
tab-wire = Трафик
tab-events = События
wire-rows = Пакеты и запросы
wire-to-hub = в хаб
wire-from-hub = из хаба
party-operator = вы
wire-filter-side = Чья сторона
wire-filter-all = Все
wire-filter-kind = Какой вид
wire-filter-any-kind = Любой вид
wire-filtered = Ничего такого по сети ещё не прошло. Чтобы видеть всё, выберите «Все» и «Любой вид».
wire-pause = Пауза
wire-resume = Продолжить ({ $count })
wire-export = Сохранить список в файл JSON
wire-skipped = { $count ->
    [one] Ещё { $count } сообщение не попало в список: их слишком много.
    [few] Ещё { $count } сообщения не попали в список: их слишком много.
    [many] Ещё { $count } сообщений не попали в список: их слишком много.
   *[other] Ещё { $count } сообщения не попали в список: их слишком много.
  }
filter-device = Какое устройство
filter-any-device = Любое устройство
wire-gone = Байты этого сообщения больше не хранятся: после него пришло слишком много других.
wire-view = Что показать из сообщения
wire-body = Тело
wire-token = Токен
wire-spelt = Как команда
wire-spelt-note = Ключи и подписи здесь не раскрываются. В оболочке сначала запишите свой SAS-токен в переменную SAS_TOKEN.
wire-copy-as = Скопировать для { $tool }
wire-fields = Поля
wire-bytes = Байты
wire-bytes-more = { $count ->
    [one] Ещё { $count } байт не показан.
    [few] Ещё { $count } байта не показаны.
    [many] Ещё { $count } байт не показаны.
   *[other] Ещё { $count } байта не показаны.
  }
token-opens = Открывает
token-signer = Чем подписан
token-device-key = собственный ключ устройства
token-policy = ключ политики { $policy }
token-until = Действует до
token-valid = { $day }, { $time } UTC. Осталось { $left }.
token-expired = { $day }, { $time } UTC. Срок истёк.
token-signed = Что подписано
token-signed-note = Две строки: ресурс так, как он записан в токене, и срок в секундах от 1970 года. По ним ключ вычисляет HMAC-SHA256, это и есть подпись.
token-whole = Токен без подписи
events-time = Время (UTC)
events-body = Тело
events-properties = Свойства
events-place = Раздел { $partition }, порядковый номер { $number }, смещение { $offset }, размер { $size } Б
events-details = подробно
events-binary = Не текст
events-older = { $count ->
    [one] Ещё { $count } старое событие не показано.
    [few] Ещё { $count } старых события не показаны.
    [many] Ещё { $count } старых событий не показано.
   *[other] Ещё { $count } старого события не показано.
  }
events-annotations = Отметки хаба
events-system = Задано отправителем
events-application = Свойства сообщения
chart-as-table = Таблицей
chart-as-chart = Графиком
chart-empty = Чисел пока нет
chart-member = Свойство на графике
chart-device = Устройство на графике
mark-desired = Требуемое
mark-reported = Сообщаемое
mark-message = Сообщение
chart-summary = { $count ->
    [one] { $member } во времени: { $count } значение от { $least } до { $most } { $unit }, последнее — { $last } { $unit }
    [few] { $member } во времени: { $count } значения от { $least } до { $most } { $unit }, последнее — { $last } { $unit }
    [many] { $member } во времени: { $count } значений от { $least } до { $most } { $unit }, последнее — { $last } { $unit }
   *[other] { $member } во времени: { $count } значения от { $least } до { $most } { $unit }, последнее — { $last } { $unit }
  }

# Чего ждут пустые места.

telemetry-empty-registry = Устройств пока нет. Первое регистрирует шаг 1.
telemetry-empty-device-console = Здесь появится то, что печатает программа устройства, начиная с шага 3.
telemetry-empty-cloud-console = Здесь появится то, что печатают облачные программы, начиная с шага 1.
telemetry-empty-wire = Здесь появится каждый пакет и каждый запрос. Шаг 1 отправляет первый запрос, шаг 3 — первые пакеты.
telemetry-empty-events = События появятся здесь, когда программа прочитает их из хаба. Её запускает шаг 4.

# Лист с сочетаниями клавиш.

shortcuts-title = Сочетания клавиш
shortcut-run = Выполнить открытый шаг, если не выбраны ни кнопка, ни поле
shortcut-run-anywhere = Выполнить форму, в которой вы находитесь, иначе открытый шаг
shortcut-steps = Двигаться по шагам или по строкам трафика; Enter открывает
shortcut-tabs = Переключать вкладки под стендом, когда выбрана вкладка
shortcut-splits = Двигать границу, когда выбрана полоса между частями
shortcut-pause = Остановить список трафика или пустить его дальше
shortcut-help = Показать этот лист
shortcut-close = Закрыть то, что открыто

# Когда страница остановилась.

panic-title = Страница остановилась
panic-text = Случилось то, к чему эта страница не готова. Чтобы продолжить, загрузите её заново. Ваш прогресс и правки хранятся в этом браузере; стенд начнёт с начала.
panic-reload = Загрузить заново
panic-report = Если сообщаете об этом, приложите строки ниже. Секретов в них нет.
panic-copy = Скопировать отчёт
panic-copied = Скопировано

# Когда скрипты выключены и пока они загружаются.

noscript = Стенд — это программа, которая работает на этой странице, а браузер не разрешает здесь скрипты. Разрешите их, чтобы пользоваться стендом. Текст можно читать и так.
loading = Стенд запускается.

# Почему хаб закрыл соединение. Сама служба закрывает его молча.

close-link-lost = Связь пропала без DISCONNECT
close-no-connect = За минуту не пришёл CONNECT
close-refused = CONNECT отклонён
close-connect-expected = Первый пакет — не CONNECT
close-second-connect = По тому же соединению пришёл второй CONNECT
close-unexpected-packet = Пришёл пакет, который устройство отправлять не может
close-malformed = Эти байты — не MQTT 3.1.1
close-qos-two = Хаб не поддерживает QoS 2
close-foreign-topic = Устройству нельзя публиковать в этот топик
close-unreadable-topic = Свойства в топике не читаются
close-message-too-large = Сообщение больше 256 КБ
close-foreign-filter = Устройство запросило фильтр топиков, которого у хаба для него нет
close-keep-alive-expired = Тишина длилась полтора интервала keep-alive
close-token-expired = Срок SAS-токена истёк, и льготное время после него тоже
close-taken-over = То же устройство подключилось снова, а побеждает самое новое соединение
close-device-disabled = Устройство заблокировали
close-device-deleted = Устройство удалили
close-module-deleted = Модуль удалили
close-store-failed = Хаб не смог сохранить то, что пришло
close-quota-exceeded = Сообщения на сегодня кончились, до полуночи UTC
close-throttled = За секунду пришло больше сообщений, чем принимает уровень хаба
close-no-reason = Хаб или что-то на пути к нему молча закрыло соединение. Хаб поступает так, когда то же устройство подключается снова, когда истекает токен и когда сам он перезапускается
close-offline = Браузер сообщает, что сети нет
close-not-supported = Хаб этого пока не умеет

# Что дальше произойдёт само.

next-message-expires = Истекает срок сообщения для { $device }
next-lock-ends = Сообщение у { $device } возвращается в очередь
next-method-times-out = Истекает время вызова метода на { $device }
next-connection-ends = Соединение { $device } закрывается
next-feedback-ready = Можно читать отчёты о доставке
next-query-catches-up = Запросы видят последнее изменение
next-program-goes-on = Программа продолжает работу
next-other = Произойдёт что-то ещё
