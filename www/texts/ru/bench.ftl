# Что делают на стенде вручную.

shown-device = Устройство
shown-device-missing = В реестре его нет. Создайте его на вкладке «Реестр» или выполните шаг, который его регистрирует.
device-disabled = Заблокировано
device-console-other = Здесь появится то, что печатает это устройство, когда вы его включите.
by-hand-waiting = Выполняется…
not-json = Это не JSON. Исправьте указанное здесь место и отправьте ещё раз.

tab-registry = Реестр
tab-twin = Двойник
tab-query = Запросы
tab-method = Метод
tab-messages = Сообщения

# Заголовки столбцов.

column-actions = Действия
column-body = Тело
column-connection = Подключение
column-deliveries = Доставки
column-device = Устройство
column-expires = Истекает (UTC)
column-message = Идентификатор сообщения
column-place = Где
column-queued = В очереди
column-status = Состояние
column-time = Время (UTC)

# Инструменты устройства.

device-tools = Вручную: включить, отправить, сообщить
device-tools-off = Включите устройство, чтобы отправлять телеметрию и сообщать свойства от его имени.
device-on = Включить
device-off = Выключить
device-interval = Секунд между сообщениями (0: только по команде)
device-send = Отправить телеметрию
device-body = Тело
device-properties = Свойства (имя=значение; …)
device-report = Сообщить свойства
device-reported = Сообщаемые свойства (JSON)
did-device-on = Устройство включено. Его консоль рассказывает, что оно делает.
did-device-off = Устройство выключено.
did-device-send = Отправлено. Хаб подтвердил сообщение.
did-device-report = Сообщено. Свойства записаны в двойник.

# Вкладка «Реестр».

registry-create = Создать устройство
registry-id = Идентификатор устройства
registry-empty = Устройств пока нет. Создайте устройство здесь или выполните шаг, который его регистрирует.
registry-enable = Разблокировать
registry-disable = Заблокировать
registry-delete = Удалить
registry-show = Показать
registry-more = { $count ->
    [one] Ещё { $count } устройство не показано.
    [few] Ещё { $count } устройства не показаны.
    [many] Ещё { $count } устройств не показано.
   *[other] Ещё { $count } устройства не показано.
  }
fleet-start = Запустить парк
fleet-stop = Остановить парк
fleet-count = Устройств
fleet-interval = Секунд между сообщениями каждого
did-registry-create = Устройство зарегистрировано. Нажмите «Показать», чтобы его включить.
did-registry-row = Готово.
did-fleet-start = Парк запущен. Его устройства называются fleet-0001 и так далее.
did-fleet-stop = Парк остановлен, его устройства удалены.

# Вкладка «Двойник».

twin-how = То, что вы отправляете, вливается в двойник: названное поле записывается, поле со значением null удаляется, остальные остаются.
twin-tags = Теги
twin-desired = Требуемые свойства
twin-send = Отправить изменение
twin-read = Прочитать снова
twin-force = Отправить без etag
twin-etag = etag { $etag } · версия { $version }
twin-gone = Устройства «{ $device }» больше нет. Набранное для его двойника хранится, пока вы его не удалите.
twin-discard = Удалить набранное
twin-changed = Пока вы печатали, двойник изменился. Хаб отклонит это изменение: прочитайте двойник снова или отправьте без etag.
twin-reported = Сообщаемые свойства, версия { $version }
twin-reported-label = Сообщаемые свойства
did-twin-send = Изменение записано в двойник.
did-twin-read = Прочитано. Таков двойник в хабе сейчас.

# Вкладка «Запросы».

query = Выполнить запрос
query-text = Запрос
query-page-size = Строк на странице
query-next = Следующая страница
query-view = Показать результат
query-view-table = Таблица
query-view-json = JSON
query-result = Строки результата
query-empty = Строки появятся здесь, когда запрос выполнится.
query-mistake = Запрос с отмеченной ошибкой
query-example-connected = Пример: кто подключён
query-example-count = Пример: сколько устройств в каждом состоянии
query-lag = Отставание запросов в секундах
query-lag-set = Задать отставание
query-lag-why = В Azure запрос видит изменение лишь через некоторое время. Задайте здесь отставание, чтобы увидеть то же самое.
did-query = { $count ->
    [0] Запросу не подходит ни одна строка.
    [one] { $count } строка.
    [few] { $count } строки.
    [many] { $count } строк.
   *[other] { $count } строки.
  }

# Вкладка «Метод».

method = Вызвать метод
method-name = Метод
method-payload = Полезная нагрузка (JSON, можно пусто)
method-response-timeout = Время ожидания ответа (с)
method-connect-timeout = Время ожидания подключения (с)
method-timeouts = Время ожидания подключения больше времени ожидания ответа: хаб такое отклоняет. Сделайте его не больше.
method-result = Полезная нагрузка ответа устройства
did-method = Устройство ответило с состоянием { $status }.

# Вкладка «Сообщения».

message-send = Отправить сообщение
message-id = Идентификатор (можно пусто)
message-ack = Отчёт о доставке
message-ack-none = нет
message-ack-positive = об успехе
message-ack-negative = о неудаче
message-ack-full = в обоих случаях
message-expires = Срок, с (можно пусто)
message-properties = Свойства (имя=значение; …)
message-body = Тело
message-purge = Очистить очередь
queue = Очередь устройства
queue-empty = Для этого устройства ничего нет.
queue-waiting = ждёт
queue-locked = у устройства
feedback = Отчёты о доставке
feedback-receive = Получить
did-send = Сообщение { $id } в очереди устройства.
did-send-unnamed = Сообщение в очереди устройства.
did-purge = { $count ->
    [0] Очередь была пуста.
    [one] Удалено { $count } сообщение.
    [few] Удалено { $count } сообщения.
    [many] Удалено { $count } сообщений.
   *[other] Удалено { $count } сообщения.
  }
did-feedback = { $count ->
    [0] Отчётов пока нет. Хаб некоторое время их копит: перейдите к следующему событию и получите снова.
    [one] Получен и завершён { $count } отчёт.
    [few] Получено и завершено { $count } отчёта.
    [many] Получено и завершено { $count } отчётов.
   *[other] Получено и завершено { $count } отчёта.
  }
