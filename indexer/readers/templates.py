"""Where government page templates keep the text of a document."""

from __future__ import annotations

SURE = (
    "#UCAP-CONTENT",  # www.gov.cn and the sites made with the same system
    ".TRS_Editor",  # TRS WCM, the most common one
    ".trs_editor_view",
    ".TRS_UEDITOR",
    ".TRS_PreAppend",
    "#zoom",
    "#Zoom",
    "#zoomcon",
    "#fontzoom",
    "#ivs_content",  # Shanghai
    "#js_content",  # a public WeChat account
    ".pages_content",
    ".Article_content",
    ".article-content",
    ".article_content",
    "#article-content",
    "#articleContent",
    ".articleContent",
    ".xxgk_content_nr",
    ".xxgk_detail_content",
    ".zfxxgk_content",
    "#xxgk_content_div",
    ".xxgk_content_content",
    ".xxgk_content",
    ".xxgkcont",
    ".wzcon",
    ".text-main",
    ".xl-xqnr",
    ".xl_content",
    ".xl_cont",
    ".art_con",
    ".articlecon",
    ".article-con",
    ".article-body",
    ".article_body",
    ".zwxx_content",
    ".zw_content",
    ".v_news_content",  # Boda SiteBuilder
    ".easysite-news-text",
    ".news_content_content",
    ".news_content_text",
    ".detail-content",
    ".detail_content",
    ".detailContent",
    "#detailCont",
    "#NewsContent",
    "#News_Body_Txt_A",
    "#contentText",
    ".contentTextBox",
    ".conTxt",
    "#mainText",
    "#div_zhengwen",
    "#info_content",
    ".bt_content",
    ".j-fontContent",
    ".hbgov-article-content",
)
"""CSS selectors of containers that hold the text and nothing else. The names are those that public crawlers of government
sites use; the order does not matter, the container with the most text is taken."""

LIKELY = (
    "article",
    "#content",
    ".content",
    ".cont",
    ".con",
    ".nrcontent",
    ".zwnr",
    ".nrtxt",
    ".conBox",
    ".entry",
    ".content-text",
    ".content-body",
    ".main-content",
    ".text-content",
    ".text_content",
    ".news-content",
    ".file_detail",
    ".gk_zn_con",
    ".WordSection1",
    ".Section1",
    "main",
)
"""Containers that often hold the text, but on some sites the whole page, or a box beside it."""

TITLE = ("#ti", ".share-title", ".article-title", ".article_title", ".Article_title", ".xl_title", "h1")
"""Where the title stands, if no `meta` names it."""

AROUND = r"(?:^|[-_\s])(?:foot(?:er)?|nav|menu|crumbs?|breadcrumbs?|share|copyright|side(?:bar)?|friend|toolbar|pagination|search)(?:$|[-_\s\d])"
"""Classes and ids of what a site puts around every page."""
