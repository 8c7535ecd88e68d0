"""Bytes to text: encodings, marks and stray characters."""

import pytest

from ml.tables.alphabets import latin_encoding
from ml.tables.encodings import OddWords, guess_encoding

TEXT = "Größe,n\nklein,1\ngroß,2\n"


@pytest.mark.parametrize(
    ("written_in", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_are_found(read, written_in, found):
    table = read(TEXT.encode(written_in))

    assert table.summary.dialect.encoding == found
    assert table.names == ["Größe", "n"]
    assert table.rows == [["klein", 1], ["groß", 2]]


@pytest.mark.parametrize("written_in", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_found_without_its_mark(read, written_in):
    table = read(TEXT.encode(written_in))

    assert table.summary.dialect.encoding == "utf-16"
    assert table.values("Größe") == ["klein", "groß"]


def test_an_odd_byte_late_in_the_file_counts(read):
    table = read(b"a,b\n" + b"x,1\n" * 300_000 + b"caf\xe9,2\n")

    assert table.summary.dialect.encoding == "cp1252"
    assert table.values("a")[-1] == "café"


def test_bytes_that_windows_does_not_know_are_latin_1(read):
    assert read(b"a,b\ncaf\xe9\x81x,2\n").summary.dialect.encoding == "latin-1"


def test_a_wrong_byte_in_utf_8_does_not_spoil_the_rest(read):
    table = read(b"a,b\n" + "é東京,1\n".encode() * 20 + b"\xff,2\n")

    assert table.summary.dialect.encoding == "utf-8"
    assert table.values("a")[-2:] == ["é東京", "\ufffd"]
    assert table.summary.notes == ["1 character is no valid UTF-8 and reads as \ufffd."]


JAPANESE = [
    "田中太郎,東京,新しい商品です",
    "鈴木花子,大阪,在庫なし",
    "佐藤健,名古屋,カメラとレンズ",
    "高橋,札幌,USBケーブル",
]
CHINESE = ["王小明,北京,这是一个新产品", "李娜,上海,没有库存", "张伟,广州,照相机和镜头", "刘洋,深圳,三天以后发货"]
TAIWANESE = ["王小明,臺北,這是一個新產品", "李娜,高雄,沒有庫存", "張偉,臺中,照相機和鏡頭", "劉洋,新竹,三天以後發貨"]
KOREAN = [
    "김민수,서울,새로운 제품입니다",
    "이영희,부산,재고 없음",
    "박철수,대구,카메라와 렌즈",
    "최지우,인천,문의해 주세요",
]
RUSSIAN = ["Иван,Москва,новый товар", "Мария,Казань,нет на складе", "Ольга,Самара,камера", "Дмитрий,Тверь,доставка"]
UKRAINIAN = ["Олена,Київ,новий товар", "Андрій,Львів,немає на складі", "Юлія,Чернігів,зв’яжіться з нами"]
GREEK = ["Γιώργος,Αθήνα,νέο προϊόν", "Μαρία,Θεσσαλονίκη,δεν υπάρχει", "Κώστας,Πάτρα,κάμερα", "Ελένη,Βόλος,φακός"]
HEBREW = ["דוד כהן,ירושלים,מוצר חדש", "שרה לוי,חיפה,אין במלאי", "רחל פרץ,באר שבע,מצלמה ועדשה"]
ARABIC = ["محمد علي,القاهرة,منتج جديد", "فاطمة حسن,الرياض,غير متوفر", "أحمد خالد,دبي,كاميرا وعدسة"]
THAI = ["สมชาย,กรุงเทพมหานคร,สินค้าใหม่", "สมหญิง,เชียงใหม่,หมดสต็อก", "วิชัย,ภูเก็ต,กล้องถ่ายรูป"]
POLISH = ["Łukasz Wójcik,Łódź,nowy", "Małgorzata Dąbrowska,Kraków,też", "Żaneta Święcicka,Gdańsk,proszę"]
CZECH = ["Jiří Dvořák,Plzeň,nový", "Ondřej Růžička,Ústí nad Labem,není", "Kateřina Černá,Děčín,ve slevě"]
HUNGARIAN = ["Nagy Lászlóné,Győr,új termék", "Szűcs Jenő,Kőszeg,három", "Erdős Béla,Gödöllő,fényképezőgép"]
TURKISH = ["Ayşe Yılmaz,İstanbul,yeni ürün", "Çağlar Güneş,Eskişehir,açık", "Işıl Doğan,Muğla,fotoğraf"]
LITHUANIAN = ["Rūta Žukauskienė,Panevėžys,nėra", "Eglė Čepaitė,Mažeikiai,ąžuolas", "Andrius,Šiauliai,trąšų"]


@pytest.mark.parametrize(
    ("lines", "written_in", "found"),
    [
        (JAPANESE, "shift_jis", "cp932"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gb2312", "gb18030"),
        (TAIWANESE, "big5", "cp950"),
        (KOREAN, "euc_kr", "cp949"),
        (RUSSIAN, "cp1251", "cp1251"),
        (RUSSIAN, "koi8_r", "koi8_r"),
        (RUSSIAN, "iso8859_5", "iso8859_5"),
        (RUSSIAN, "cp866", "cp866"),
        (UKRAINIAN, "cp1251", "cp1251"),
        (GREEK, "cp1253", "cp1253"),
        (HEBREW, "cp1255", "cp1255"),
        (ARABIC, "cp1256", "cp1256"),
        (THAI, "cp874", "cp874"),
        (POLISH, "cp1250", "cp1250"),
        (POLISH, "iso8859_2", "iso8859_2"),
        (CZECH, "cp1250", "cp1250"),
        (HUNGARIAN, "cp1250", "cp1250"),
        (TURKISH, "cp1254", "cp1254"),
        (LITHUANIAN, "cp1257", "cp1257"),
    ],
)
def test_a_small_table_reads_the_same_in_the_encodings_of_the_world(read, lines, written_in, found):
    text = "name,place,words\n" + "".join(f"{line}\n" for line in lines)

    table = read(text.encode(written_in))

    assert table.summary.dialect.encoding == found
    assert table.rows == [line.split(",") for line in lines]


@pytest.mark.parametrize(
    ("text", "written_in", "found"),
    [
        ("日期 城市 气温 天气 空气质量 北京 上海 深圳 晴 多云 小雨 19℃ 2023年8月12日", "gb2312", "gb18030"),
        ("날짜 도시 기온 날씨 공기질 서울 부산 대구 맑음 흐림 비 2023년8월12일", "euc_kr", "cp949"),
    ],
)
def test_words_short_and_few_are_told_by_their_common_signs(text, written_in, found):
    assert guess_encoding([word.encode(written_in) for word in text.split()]) == found


@pytest.mark.parametrize(
    "words",
    [
        ["café", "naïve", "Zürich"],
        ["São Paulo", "Bogotá", "Malmö"],
        ["Søren", "Hélène"],
        ["Niccolò", "Zoë", "Hélène"],
        ["Müller", "Weiß", "täglich"],
        ["HÉLÈNE", "FRANÇOIS", "ZOË"],
        ["Þórður", "Ísafjörður", "Guðrún"],
        ["Temp(°C)", "10 m³", "½", "£5", "25µg"],
        ["it’s", "– a", "“yes”", "€20"],
        ["Côte d'Ivoire", "Curaçao", "Réunion", "São Tomé", "Åland", "Barthélemy"],
        ["Søren Århus", "Niccolò", "Núñez", "João", "Weiß", "Þórður", "Zoë", "Curaçao", "Örjan"],
    ],
)
def test_western_words_stay_western(words):
    assert guess_encoding([word.encode("cp1252") for word in words]) == "cp1252"


def test_a_degree_sign_alone_is_western(shared_tables):
    words = OddWords()
    words.add((shared_tables / "seoul_bike_latin1.csv").read_bytes(), is_cut=False)

    assert [word.decode("latin-1") for word in words] == ["°C"]
    assert guess_encoding(words) == "cp1252"


def test_one_polish_word_could_be_a_western_sign():
    assert latin_encoding("Łódź".encode("cp1250")) == "cp1252"


def test_an_encoding_is_told_and_that_it_is_a_guess(read):
    assert read("a,b\nx,1\n").summary.notes == []
    assert read("a,b\nx,1\n".encode("utf-8-sig")).summary.notes == []
    assert read("a,b\nx,1\n".encode("utf-16")).summary.notes == ["The file is in UTF-16."]
    assert read("a,b\ncafé,1\n".encode("cp1252")).summary.notes == [
        "The file is no UTF-8; it was read as Western European (Windows-1252), which is a guess: "
        "where letters look wrong, save the file as UTF-8 and upload it again."
    ]


def test_a_wrong_byte_in_a_guessed_encoding_is_counted_and_told(read):
    text = "name,place,words\n" + "".join(f"{line}\n" for line in RUSSIAN * 30)

    table = read(text.encode("cp1251") + b"\x98\xe0,x,y\n")  # 98 is the one byte that cp1251 does not have

    assert table.values("name")[-2:] == ["Дмитрий", "\ufffdа"]
    assert table.summary.notes[1] == "1 character is no valid CP1251 and reads as \ufffd."
    assert [row.to_json() for row in table.summary.bad_rows] == [
        {"line": 122, "reason": "bytes that are no valid CP1251; kept, and read as \ufffd"}
    ]


def test_words_behind_megabytes_of_ascii_tell_the_encoding(read):
    table = read(b"name,place,words\n" + b"x,y,1\n" * 500_000 + "\n".join(RUSSIAN).encode("koi8-r"))

    assert table.summary.dialect.encoding == "koi8_r"
    assert table.values("name")[-1] == "Дмитрий"


def test_the_words_looked_at_come_from_all_over_and_stay_few():
    words = OddWords()
    for part in range(1000):
        words.add("".join(f"é{part}x{word}\n" for word in range(300)).encode("cp1252"), is_cut=True)

    parts = [int(word[1:].partition(b"x")[0]) for word in words]
    assert len(parts) <= 32 * 200
    assert min(parts) < 100
    assert max(parts) > 900


def test_words_cut_at_the_edge_of_a_part_are_left_out():
    words = OddWords()
    words.add("éa éb éc".encode("cp1252"), is_cut=True)

    assert list(words) == ["éb".encode("cp1252")]


def test_nul_characters_are_removed_and_told(read):
    table = read(b"a,b\n" + b"word,1\n" * 50 + b"wo\0rd,2\n")

    assert set(table.values("a")) == {"word"}
    assert table.summary.notes == ["1 NUL character was removed."]
