BEGIN TRANSACTION;
CREATE TABLE article (
    row INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,       -- by which it is cited (index.database.identity)
    published INTEGER NOT NULL,     -- 0 while staged by a job that has not ended
    content TEXT NOT NULL,          -- hash of the raw fields and of the rules for cleaning and cutting
    version TEXT NOT NULL,          -- hash of that and of what its account repeats; '' if not yet cut
    raw TEXT NOT NULL,              -- JSON: the six fields as received, and the file they came from
    changes TEXT NOT NULL,          -- JSON: what each cleaning rule did to the raw text
    title TEXT NOT NULL,
    url TEXT NOT NULL,
    date TEXT,
    account TEXT NOT NULL,
    source TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    series TEXT NOT NULL,           -- the column that its title names
    kind TEXT NOT NULL,
    originals TEXT NOT NULL,        -- JSON: ids of the articles that it copies
    aid TEXT NOT NULL DEFAULT '',   -- as it was received; counts within its account
    seal INTEGER NOT NULL DEFAULT 0,  -- checksum of the columns from article_id to series
    UNIQUE (article_id, published)
);
INSERT INTO "article" VALUES(1,'bridge',1,'0857ca257e3d508cbb0434bb5d571f0086eb2b12f839018d0c5d8f2feb664a60','34f463c72dd64dbbc20f5c9d5166ed674ae850d082f28e048735a6ad9a259178','{"article_id": "bridge", "title": "东岸大桥月底通车", "url": "https://example.com/bridge", "time": "2025/6/20", "account": "试验号", "content": "东岸大桥将于6月28日通车。\r大桥全长3.2公里，总投资18.6亿元。\r\r欢迎转发，但请注明出处“试验号”", "origin": "", "layout": "post"}','[["drop_footers", 37, 53, ""]]','东岸大桥月底通车','https://example.com/bridge','2025-06-20','试验号','','zh','东岸大桥将于6月28日通车。
大桥全长3.2公里，总投资18.6亿元。','','article','[]','bridge',3140568826);
INSERT INTO "article" VALUES(2,'school',1,'b0fb646ced2cf3b64a5a3765000569ccdfb627af01a69112f373e3e07ccfdb25','4816e540af7f8a9ca2647ae7f4a6c68ef147fbac9e3c5e42d9397e15c5a38fd2','{"article_id": "school", "title": "海棠小学招生", "url": "", "time": "2025/5/8", "account": "教育号", "content": "转载自：晚报\r海棠小学今年招收新生240名。\r校长温如玉介绍，学校新开了木工课。", "origin": "", "layout": "post"}','[["take_credit", 0, 7, ""]]','海棠小学招生','','2025-05-08','教育号','晚报','zh','海棠小学今年招收新生240名。
校长温如玉介绍，学校新开了木工课。','','article','[]','school',2928282824);
INSERT INTO "article" VALUES(3,'factory',1,'3eef87276618db1ee96cf81334229ea3f3884a9af7ee43065db52bc6132fbde7','ee42a7fbdc9a23d1c71f51e5360d80daeea7f36b82df7588bf19b98b14e24216','{"article_id": "factory", "title": "云杉机械新工厂投产", "url": "", "time": "2025/4/1", "account": "试验号", "content": "云杉机械的新工厂年产机器人5000台。工厂用了42.7%的国产零件。\r&nbsp;厂长是陈放。", "origin": "", "layout": "post"}','[["decode_entities", 35, 41, " "]]','云杉机械新工厂投产','','2025-04-01','试验号','','zh','云杉机械的新工厂年产机器人5000台。工厂用了42.7%的国产零件。
厂长是陈放。','','article','[]','factory',292947777);
INSERT INTO "article" VALUES(4,'picture',1,'34b74e347ed8abcfbba135a41a85748b8745ea939d020d4f66da4c0e96c76bef','d212dd6d89d791094b7ec89a0665f851a7d295737d79a401ad9398843cfc7275','{"article_id": "picture", "title": "一图读懂夏季用电", "url": "", "time": "2025/6/1", "account": "试验号", "content": "\r\r欢迎转发，但请注明出处“试验号”\r", "origin": "", "layout": "post"}','[["drop_footers", 2, 18, ""]]','一图读懂夏季用电','','2025-06-01','试验号','','zh','','','image-only','[]','picture',2861962315);
INSERT INTO "article" VALUES(5,'english',1,'eb8860daa34f334e424bf59ffc18e41a330dd523ceaf16fb90ba1a63b1aafe03','b7269d1ef63dbe0a375b3199103044af1a2e549e632b12f411dc5f011c813a38','{"article_id": "english", "title": "Night ferry opens", "url": "", "time": "", "account": "试验号", "content": "The night ferry to Qingyu runs until 31 August. Tickets cost 45 yuan.", "origin": "", "layout": "post"}','[]','Night ferry opens','',NULL,'试验号','','en','The night ferry to Qingyu runs until 31 August. Tickets cost 45 yuan.','','article','[]','english',3776640765);
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice: the indexes know a chunk by it
    article INTEGER NOT NULL REFERENCES article (row) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    language TEXT NOT NULL,
    passage TEXT NOT NULL,          -- hash of what the encoder read
    vector BLOB NOT NULL            -- float16, as the encoder gave it
);
INSERT INTO "chunk" VALUES(1,1,0,35,'zh','5e748f4ae968794e6896cefb119e8ade829f3dc0142f603766ed8fde9d152f0d',X'8A32FD3513B351398BB4ACB13D2D51B7');
INSERT INTO "chunk" VALUES(2,2,0,33,'zh','12651f7df5583f0ad7afaf33cdf5d784c9202a38182a43fcd25c111ec62a3776',X'793B2F2CC993EB2D86A6812DBF3462B0');
INSERT INTO "chunk" VALUES(3,3,0,41,'zh','ed37a3cd9a81f67cb62627a82e12c0fd0a2b8e85c35405047eb6cd1ef140f1bd',X'AC9D7FB957B88F31C835002BF430E5B2');
INSERT INTO "chunk" VALUES(4,4,0,0,'zh','d2196fce905a355ab0e178f2c2606628ee89f2188b929b6b95952711766f9ab8',X'E2B48927D42EC62FDBBA1B3143B41633');
INSERT INTO "chunk" VALUES(5,5,0,69,'en','ccde037fc248f38f8876e35bbbc270d70f5eb0a320248186a72b2e472de1e70d',X'4E2CFBB858B43A3469AF2FB9AAB10695');
CREATE TABLE fingerprint (          -- what may come again in other articles
    key INTEGER NOT NULL,
    part INTEGER NOT NULL,
    article INTEGER NOT NULL REFERENCES article (row) ON DELETE CASCADE,
    PRIMARY KEY (key, part, article)
) WITHOUT ROWID;
INSERT INTO "fingerprint" VALUES(-5797983892225882216,0,1);
INSERT INTO "fingerprint" VALUES(-1547347745868239735,4,1);
INSERT INTO "fingerprint" VALUES(1600224616795625369,4,1);
INSERT INTO "fingerprint" VALUES(901125003896434191,4,2);
INSERT INTO "fingerprint" VALUES(3324481743581783872,4,2);
INSERT INTO "fingerprint" VALUES(6232889473663616413,0,2);
INSERT INTO "fingerprint" VALUES(-8475808291138218936,4,3);
INSERT INTO "fingerprint" VALUES(-2199615199718746053,4,3);
INSERT INTO "fingerprint" VALUES(-284177989386240531,0,3);
INSERT INTO "fingerprint" VALUES(-1683027001289230958,0,4);
INSERT INTO "fingerprint" VALUES(-4502783222378824842,0,5);
INSERT INTO "fingerprint" VALUES(380797506479510986,1,5);
CREATE TABLE gone (                 -- chunks that are still in a segment and no longer in the library
    chunk INTEGER PRIMARY KEY
);
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "manifest" VALUES('chunk_tokens','192');
INSERT INTO "manifest" VALUES('cleaning','3');
INSERT INTO "manifest" VALUES('created','"2026-11-29T18:11:06+00:00"');
INSERT INTO "manifest" VALUES('dimension','8');
INSERT INTO "manifest" VALUES('encoder','"fake"');
INSERT INTO "manifest" VALUES('fingerprint','"fake-fake-8"');
INSERT INTO "manifest" VALUES('generation','2');
INSERT INTO "manifest" VALUES('identity','"16de1f6e666274cbf7cee25a27bf6ade"');
INSERT INTO "manifest" VALUES('question_means','{"zh": [-0.025339161977171898, 0.06774701178073883, 0.006857084576040506, -0.0763254389166832, 0.016162684187293053, -0.03210565075278282, -0.030058467760682106, 0.032169900834560394], "en": [0.045551005750894547, 0.012711307033896446, -0.012572397477924824, 0.03253994509577751, -0.024505285546183586, -0.11613039672374725, 0.05218655616044998, 0.03274582326412201]}');
INSERT INTO "manifest" VALUES('schema','6');
INSERT INTO "manifest" VALUES('updated','"2026-11-29T18:11:07+00:00"');
CREATE TABLE posting (
    term TEXT NOT NULL,
    segment INTEGER NOT NULL,
    data BLOB NOT NULL              -- uint16 places in the segment, then uint8 counts
);
INSERT INTO "posting" VALUES('18.6',1,X'000001');
INSERT INTO "posting" VALUES('240',1,X'010001');
INSERT INTO "posting" VALUES('28',1,X'000001');
INSERT INTO "posting" VALUES('3.2',1,X'000001');
INSERT INTO "posting" VALUES('42.7%',1,X'020001');
INSERT INTO "posting" VALUES('5000',1,X'020001');
INSERT INTO "posting" VALUES('6',1,X'000001');
INSERT INTO "posting" VALUES('东岸',1,X'000002');
INSERT INTO "posting" VALUES('了木',1,X'010001');
INSERT INTO "posting" VALUES('云杉',1,X'020002');
INSERT INTO "posting" VALUES('产机',1,X'020001');
INSERT INTO "posting" VALUES('产零',1,X'020001');
INSERT INTO "posting" VALUES('亿元',1,X'000001');
INSERT INTO "posting" VALUES('今年',1,X'010001');
INSERT INTO "posting" VALUES('介绍',1,X'010001');
INSERT INTO "posting" VALUES('全长',1,X'000001');
INSERT INTO "posting" VALUES('公里',1,X'000001');
INSERT INTO "posting" VALUES('厂年',1,X'020001');
INSERT INTO "posting" VALUES('厂投',1,X'020001');
INSERT INTO "posting" VALUES('厂用',1,X'020001');
INSERT INTO "posting" VALUES('厂长',1,X'020001');
INSERT INTO "posting" VALUES('台',1,X'020001');
INSERT INTO "posting" VALUES('名',1,X'010001');
INSERT INTO "posting" VALUES('器人',1,X'020001');
INSERT INTO "posting" VALUES('国产',1,X'020001');
INSERT INTO "posting" VALUES('大桥',1,X'000003');
INSERT INTO "posting" VALUES('如玉',1,X'010001');
INSERT INTO "posting" VALUES('学今',1,X'010001');
INSERT INTO "posting" VALUES('学招',1,X'010001');
INSERT INTO "posting" VALUES('学校',1,X'010001');
INSERT INTO "posting" VALUES('将于',1,X'000001');
INSERT INTO "posting" VALUES('小学',1,X'010002');
INSERT INTO "posting" VALUES('岸大',1,X'000002');
INSERT INTO "posting" VALUES('工厂',1,X'020003');
INSERT INTO "posting" VALUES('工课',1,X'010001');
INSERT INTO "posting" VALUES('年产',1,X'020001');
INSERT INTO "posting" VALUES('年招',1,X'010001');
INSERT INTO "posting" VALUES('底通',1,X'000001');
INSERT INTO "posting" VALUES('开了',1,X'010001');
INSERT INTO "posting" VALUES('总投',1,X'000001');
INSERT INTO "posting" VALUES('投产',1,X'020001');
INSERT INTO "posting" VALUES('投资',1,X'000001');
INSERT INTO "posting" VALUES('招收',1,X'010001');
INSERT INTO "posting" VALUES('招生',1,X'010001');
INSERT INTO "posting" VALUES('收新',1,X'010001');
INSERT INTO "posting" VALUES('新工',1,X'020002');
INSERT INTO "posting" VALUES('新开',1,X'010001');
INSERT INTO "posting" VALUES('新生',1,X'010001');
INSERT INTO "posting" VALUES('日通',1,X'000001');
INSERT INTO "posting" VALUES('是陈',1,X'020001');
INSERT INTO "posting" VALUES('晚报',1,X'010001');
INSERT INTO "posting" VALUES('月',1,X'000001');
INSERT INTO "posting" VALUES('月底',1,X'000001');
INSERT INTO "posting" VALUES('木工',1,X'010001');
INSERT INTO "posting" VALUES('机器',1,X'020001');
INSERT INTO "posting" VALUES('机械',1,X'020002');
INSERT INTO "posting" VALUES('杉机',1,X'020002');
INSERT INTO "posting" VALUES('校新',1,X'010001');
INSERT INTO "posting" VALUES('校长',1,X'010001');
INSERT INTO "posting" VALUES('桥全',1,X'000001');
INSERT INTO "posting" VALUES('桥将',1,X'000001');
INSERT INTO "posting" VALUES('桥月',1,X'000001');
INSERT INTO "posting" VALUES('械新',1,X'020001');
INSERT INTO "posting" VALUES('械的',1,X'020001');
INSERT INTO "posting" VALUES('棠小',1,X'010002');
INSERT INTO "posting" VALUES('海棠',1,X'010002');
INSERT INTO "posting" VALUES('温如',1,X'010001');
INSERT INTO "posting" VALUES('玉介',1,X'010001');
INSERT INTO "posting" VALUES('用了',1,X'020001');
INSERT INTO "posting" VALUES('的国',1,X'020001');
INSERT INTO "posting" VALUES('的新',1,X'020001');
INSERT INTO "posting" VALUES('通车',1,X'000002');
INSERT INTO "posting" VALUES('长是',1,X'020001');
INSERT INTO "posting" VALUES('长温',1,X'010001');
INSERT INTO "posting" VALUES('陈放',1,X'020001');
INSERT INTO "posting" VALUES('零件',1,X'020001');
INSERT INTO "posting" VALUES('31',2,X'010001');
INSERT INTO "posting" VALUES('45',2,X'010001');
INSERT INTO "posting" VALUES('august',2,X'010001');
INSERT INTO "posting" VALUES('cost',2,X'010001');
INSERT INTO "posting" VALUES('ferry',2,X'010002');
INSERT INTO "posting" VALUES('night',2,X'010002');
INSERT INTO "posting" VALUES('open',2,X'010001');
INSERT INTO "posting" VALUES('qingyu',2,X'010001');
INSERT INTO "posting" VALUES('run',2,X'010001');
INSERT INTO "posting" VALUES('ticket',2,X'010001');
INSERT INTO "posting" VALUES('until',2,X'010001');
INSERT INTO "posting" VALUES('yuan',2,X'010001');
INSERT INTO "posting" VALUES('一图',2,X'000001');
INSERT INTO "posting" VALUES('图读',2,X'000001');
INSERT INTO "posting" VALUES('夏季',2,X'000001');
INSERT INTO "posting" VALUES('季用',2,X'000001');
INSERT INTO "posting" VALUES('懂夏',2,X'000001');
INSERT INTO "posting" VALUES('用电',2,X'000001');
INSERT INTO "posting" VALUES('读懂',2,X'000001');
CREATE TABLE recurring (            -- lines that an account repeats
    account TEXT NOT NULL,
    key INTEGER NOT NULL,
    owner TEXT,                     -- of an introduction: the article that is found by it
    PRIMARY KEY (account, key)
) WITHOUT ROWID;
CREATE TABLE segment (              -- of the inverted index
    row INTEGER PRIMARY KEY,
    published INTEGER NOT NULL,     -- as its articles are
    chunks BLOB NOT NULL,           -- int64 ids of its chunks
    articles BLOB NOT NULL,         -- int64 rows of their articles
    lengths BLOB NOT NULL,          -- uint16 terms in each
    seal INTEGER NOT NULL DEFAULT 0  -- checksum of the three
);
INSERT INTO "segment" VALUES(1,1,X'010000000000000002000000000000000300000000000000',X'010000000000000002000000000000000300000000000000',X'1A001E002200',3557174237);
INSERT INTO "segment" VALUES(2,1,X'04000000000000000500000000000000',X'04000000000000000500000000000000',X'07000E00',753816973);
CREATE INDEX article_aid ON article (aid, published);
CREATE INDEX article_account ON article (account, published);
CREATE INDEX article_date ON article (date, published);
CREATE INDEX fingerprint_article ON fingerprint (article);
CREATE INDEX posting_term ON posting (term);
CREATE INDEX posting_segment ON posting (segment);
CREATE INDEX chunk_article ON chunk (article);
CREATE INDEX chunk_passage ON chunk (passage);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('chunk',5);
COMMIT;
