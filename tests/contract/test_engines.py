"""What every engine keeps, said in Chinese text."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from clause_making import EVERYTHING, Door, ask, clause, ids, put, unit

from search.engines.protocol import Engine, KeywordQuery
from search.text.numbers import document_number_key

# Finding


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("中国农业发展银行应当加大支持", "农业"),
        ("尚待处理的事项", "处理"),
        ("在建工程", "工程"),
        ("安装简单", "简单"),
        ("缴纳各项税款", "税"),
        ("政府的职责", "的"),
        ("允许民间资本办银行", "请问如何办银行？"),
        ("推广ＰＰＰ模式", "ppp"),
        ("推广PPP模式", "ＰＰＰ"),
        ("發展民營銀行", "民营银行"),
        ("发展民营银行", "民營銀行"),
        ("投资3.5亿元", "3.5"),
        ("到2016年底", "２０１６"),
        ("互联网Internet+行动", "internet"),
        ("什么是民营银行", "什么"),
    ],
)
def test_a_clause_is_found_by(engine: Engine, text: str, query: str) -> None:
    put(engine, clause(text), clause("无关之事项目甲乙丙丁", "other"))
    assert ask(engine, query)[0] == "c1"


def test_a_clause_is_found_by_its_title_and_its_path(engine: Engine) -> None:
    put(
        engine,
        clause("内容", title="关于东北振兴的意见", path=("一、总体要求", "（二）营商环境")),
        clause("别的", "c2"),
    )
    assert ask(engine, "东北振兴") == ask(engine, "营商环境") == ["c1"]


def test_any_term_is_enough_and_more_are_better(engine: Engine) -> None:
    put(engine, clause("优化审批流程", "one"), clause("优化营商环境", "two"), clause("保护黑土地", "none"))
    assert ask(engine, "优化营商环境") == ["two", "one"]


@pytest.mark.parametrize("query", ["", " ", "。？！", "〔〕", '"', "AND OR NOT * ? ~ : ( ) [ ] \\ ^", "\0", "\ud800"])
@pytest.mark.parametrize("as_phrase", [False, True])
def test_no_query_raises(engine: Engine, query: str, as_phrase: bool) -> None:
    put(engine, clause("民营银行"))
    assert ask(engine, "" if as_phrase else query, phrases=(query,) if as_phrase else ()) == []


def test_nothing_is_found_where_nothing_is(engine: Engine) -> None:
    assert ask(engine, "民营银行") == []
    assert ids(engine.semantic(unit(1), 10)) == []
    assert engine.stats().clauses == engine.stats().windows == 0


def test_a_clause_without_terms_is_no_obstacle(engine: Engine) -> None:
    put(engine, clause("", "empty"), clause("——。", "marks"), clause("民营银行", "words"))
    assert ask(engine, "民营银行") == ["words"]
    assert engine.stats().clauses == 3


def test_the_last_word_of_a_very_long_clause_is_found(engine: Engine) -> None:
    put(engine, clause("推进改革" * 25_000 + "，设立民营银行" + "x" * 70_000), clause("推进改革", "c2"))
    assert ask(engine, "民营银行") == ask(engine, phrases=("设立民营银行",)) == ["c1"]


# Phrases, excluded texts, document numbers


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("优化营商环境", {"a"}),
        ("营商环境", {"a", "b"}),
        ("营商", {"a", "b"}),
        ("境", {"a", "b"}),
        ("环境，优化", {"b"}),
        ("环境优化", set()),
        ("、", {"c"}),
        ("PP", {"c"}),
        ("ppp模", {"c"}),
        ("2016", {"c"}),
        ("016年", {"c"}),
        ("5亿", {"c"}),
        (".5", {"c"}),
        ("国发〔2016〕62号", {"c"}),
        ("年、推", {"c"}),
        ("é", {"c"}),
        ("한국", {"c"}),
    ],
)
def test_a_phrase_stands_in_the_text_character_by_character(engine: Engine, phrase: str, found: set[str]) -> None:
    put(
        engine,
        clause("进一步优化营商环境。", "a", title="环境优化、2016"),
        clause("改善营商环境，优化服务", "b", ordinal=1),
        clause("按国发［2016］62号，2016年、推广ＰＰＰ模式，投资3.5亿元 café 한국어", "c", ordinal=2),
    )
    assert set(ask(engine, phrases=(phrase,))) == found
    assert set(ask(engine, "优化环境模式", excluded=(phrase,))) == {"a", "b", "c"} - found


def test_with_a_phrase_other_words_only_rank(engine: Engine) -> None:
    put(engine, clause("营商环境", "a"), clause("营商环境与民营银行", "b", ordinal=1), clause("民营银行", "c"))
    assert ask(engine, "民营银行", phrases=("营商环境",)) == ["b", "a"]


def test_excluded_alone_finds_nothing(engine: Engine) -> None:
    put(engine, clause("营商环境"))
    assert ask(engine, excluded=("民营银行",)) == []


def test_clauses_of_a_document_number_come_first(engine: Engine) -> None:
    number = "国发〔2016〕62号"
    put(
        engine,
        clause("民营银行民营银行", "words", document_id="d1", document_number="国发〔2016〕6号"),
        clause("总体要求", "number1", document_id="d2", document_number=number, ordinal=1),
        clause("总体目标", "number0", document_id="d2", document_number=number, ordinal=0),
    )
    query = KeywordQuery("民营银行", document_numbers=(document_number_key("国发[2016] 62 号"),))
    found = engine.keyword(query, EVERYTHING)
    assert ids(found) == ["number0", "number1", "words"]
    assert [c.score for c in found] == sorted((c.score for c in found), reverse=True)
    assert ids(engine.keyword(query, 1)) == ["number0"]
    assert ids(engine.keyword(query, EVERYTHING, {"d1"})) == ["words"]


# What the index knows


def test_a_term_is_known_from_a_title_a_heading_or_a_text_and_only_while_it_is_there(engine: Engine) -> None:
    put(engine, clause("設立民營銀行", "a", title="吉林省意见", path=("一、总体要求",)), clause("放管服改革", "b"))
    assert engine.known({"民营", "吉林", "总体", "改革", "营航"}) == {"民营", "吉林", "总体", "改革"}
    with engine.writer() as writer:
        writer.delete(["b"])
    assert engine.known({"民营", "改革"}) == {"民营"}
    assert engine.known(()) == frozenset()


def test_a_candidate_says_the_ordinal_that_its_clause_was_added_with(engine: Engine) -> None:
    put(engine, clause("民营银行", "a", ordinal=7), clause("民营企业", "b", ordinal=3))
    for found in (engine.keyword(KeywordQuery("民营"), 10), engine.semantic(unit(0), 10)):
        assert {c.clause_id: c.ordinal for c in found} == {"a": 7, "b": 3}


# Order and limits


def test_equal_scores_come_in_the_order_of_the_clauses(engine: Engine) -> None:
    put(engine, *(clause("同样的民营银行条文", f"c{n}", ordinal=n) for n in (3, 1, 2, 0)))
    assert ask(engine, "民营银行") == ["c0", "c1", "c2", "c3"]
    assert ask(engine, "民营银行", limit=2) == ids(engine.semantic(unit(0), 2)) == ["c0", "c1"]


@pytest.mark.parametrize("limit", [0, 1, 3, 100])
def test_no_more_than_the_limit(engine: Engine, limit: int) -> None:
    put(engine, *(clause("民营银行", f"c{n}", vectors=unit(n, 3), windows=((0, 1),) * 3) for n in range(10)))
    assert len(ask(engine, "民营银行", limit)) == len(engine.semantic(unit(99), limit)) == min(limit, 10)


def test_scores_are_positive_and_best_first(engine: Engine) -> None:
    put(engine, *(clause("改革" * n + "创新", f"c{n}") for n in range(1, 9)))
    scores = [c.score for c in engine.keyword(KeywordQuery("改革"), EVERYTHING)]
    assert len(scores) == 8
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


# Filters


def test_the_sum_of_term_weights_tells_a_full_match_from_a_stray_word(engine: Engine) -> None:
    put(engine, clause("在东北地区至少设立一家民营银行。", "银行"), clause("全面实施风电清洁供暖工程。", "供暖"))
    full, stray = KeywordQuery("设立民营银行"), KeywordQuery("职业联赛赛程安排，在东北举行")
    assert engine.keyword(full, 1)[0].score > 0.6 * sum(engine.term_weights(full).values())
    assert engine.keyword(stray, 1)[0].score < 0.3 * sum(engine.term_weights(stray).values())
    assert not engine.term_weights(KeywordQuery("，。"))


def test_a_filter_never_costs_a_clause(engine: Engine) -> None:
    many = [clause("民营银行" * 3, f"many{n}", ordinal=n, vectors=unit(7)) for n in range(50)]
    few = [clause("设立一家民营银行，并加强监管", f"few{n}", document_id="d2", vectors=-unit(7)) for n in range(2)]
    put(engine, *many, *few)
    query = KeywordQuery("民营银行")
    assert ids(engine.keyword(query, 2, {"d2"})) == ["few0", "few1"]
    assert ids(engine.semantic(unit(7), 2, ["d2", "unknown"])) == ["few0", "few1"]
    assert ids(engine.keyword(query, 2, ())) == ids(engine.semantic(unit(7), 2, set())) == []


# Vectors


def test_a_clause_counts_once_by_its_best_window(engine: Engine) -> None:
    windows = ((0, 10), (8, 18), (16, 26))
    put(
        engine,
        *(clause("长" * 26, f"c{n}", ordinal=n, vectors=unit(n, 3), windows=windows) for n in range(8)),
    )
    query = np.concatenate([unit(3, 3)[1:2], unit(5, 3)[2:3]])
    found = engine.semantic(query, EVERYTHING)
    assert sorted(ids(found)) == [f"c{n}" for n in range(8)]
    assert {(c.clause_id, c.window) for c in found[:2]} == {("c3", (8, 18)), ("c5", (16, 26))}
    assert [round(c.score, 5) for c in found[:2]] == [1, 1]
    assert np.array_equal(engine.vectors("c3"), unit(3, 3))
    assert engine.stats().windows == 24
    with pytest.raises(KeyError):
        engine.vectors("unknown")


# Batches


def test_nothing_is_seen_before_the_commit(engine: Engine) -> None:
    with engine.writer() as writer:
        writer.add([clause("民营银行")])
        assert ask(engine, "民营银行") == ids(engine.semantic(unit(0), 1)) == []
    assert ask(engine, "民营银行") == ids(engine.semantic(unit(0), 1)) == ["c1"]


def test_nothing_is_left_of_a_batch_that_fails(door: Door) -> None:
    put(door.engine, clause("民营银行", "old"))

    def fail() -> None:
        with door.engine.writer() as writer:
            writer.add([clause("民营银行", "new")])
            writer.delete(["old"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    for engine in (door.engine, door.reopen()):
        assert ask(engine, "民营银行") == ids(engine.semantic(unit(0), 9)) == ["old"]
    put(door.engine, clause("民营银行", "later", ordinal=1))
    assert ask(door.engine, "民营银行") == ["old", "later"]


def test_what_is_deleted_is_gone(door: Door) -> None:
    put(door.engine, *(clause("民营银行", f"c{n}", ordinal=n, vectors=unit(n)) for n in range(4)))
    with door.engine.writer() as writer:
        writer.delete(["c1", "unknown"])
    for engine in (door.engine, door.reopen()):
        assert ask(engine, "民营银行") == ask(engine, phrases=("民营银行",)) == ["c0", "c2", "c3"]
        assert ids(engine.semantic(unit(3), 9))[0] == "c3"
        assert len(engine.semantic(unit(1), 9)) == engine.stats().clauses == engine.stats().windows == 3
        with pytest.raises(KeyError):
            engine.vectors("c1")
    with door.engine.writer() as writer:
        writer.delete(["c0", "c2", "c3"])
    for engine in (door.engine, door.reopen()):
        assert ask(engine, "民营银行") == ids(engine.semantic(unit(0), 9)) == []


def test_a_clause_that_is_added_again_is_replaced(engine: Engine) -> None:
    put(engine, clause("民营银行", vectors=unit(1)), clause("别的事", "c2"))
    put(engine, clause("营商环境", vectors=unit(2)))
    assert ask(engine, "民营银行") == []
    assert ask(engine, "营商环境") == ["c1"]
    assert np.array_equal(engine.vectors("c1"), unit(2))
    assert engine.stats().clauses == 2


def test_a_clause_is_added_once_in_a_batch(engine: Engine) -> None:
    with pytest.raises(ValueError, match="c1"):
        put(engine, clause("民营银行"), clause("营商环境"))
    assert engine.stats().clauses == 0


def test_batches_add_up(door: Door) -> None:
    for n in range(12):
        put(door.engine, clause("民营银行" + "，改革" * n, f"c{n}", ordinal=n, document_id=f"d{n % 2}"))
    for engine in (door.engine, door.reopen()):
        assert ask(engine, "民营银行") == [f"c{n}" for n in range(12)]
        assert len(engine.keyword(KeywordQuery("改革"), EVERYTHING, {"d1"})) == 6
        assert engine.stats().clauses == 12


def test_threads_share_an_engine(engine: Engine) -> None:
    put(engine, *(clause(f"第{n}条 民营银行{'改革' * n}", f"c{n}", ordinal=n, vectors=unit(n)) for n in range(40)))
    queries = ["民营银行", "改革", "第七条", "银行改革", "营银", "条"] * 5

    def answer(query: str) -> tuple[list[str], list[str], list[str]]:
        return ask(engine, query), ask(engine, phrases=(query,)), ids(engine.semantic(unit(5), 3))

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(answer, queries))
    assert together == [answer(query) for query in queries]
