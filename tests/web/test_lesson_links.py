"""The links of a lesson's page to Google Colab and Binder; that the pages have them, tests/web/test_site_browser.py says."""

import re

from lesson_links import lesson_links

LESSON = "notebooks/04_cardinality"


def test_links_lead_to_the_tag_from_which_github_builds_the_site():
    variables = {"GITHUB_REPOSITORY": "someone/senet_lab", "GITHUB_REF_NAME": "try/it", "GITHUB_REF_TYPE": "tag"}
    assert re.findall('href="(.+?)"', lesson_links(LESSON, variables)) == [
        "https://colab.research.google.com/github/someone/senet_lab/blob/try/it/notebooks/04_cardinality.ipynb",
        "https://mybinder.org/v2/gh/someone/senet_lab/try%2Fit?urlpath=lab/tree/my_notebooks/04_cardinality.ipynb",
    ]


def test_there_is_no_link_to_colab_from_a_branch_whose_release_may_not_exist():
    links = lesson_links(LESSON, {"GITHUB_REPOSITORY": "someone/senet_lab", "GITHUB_REF_TYPE": "branch"})
    assert ("colab" in links, "mybinder" in links) == (False, True)


def test_there_are_no_links_where_the_repository_is_not_known_or_the_page_is_no_lesson():
    assert lesson_links(LESSON, {}) == ""
    for page in ("docs/guides", "docs/course", "notebooks/teacher/plans"):
        assert lesson_links(page, {"GITHUB_REPOSITORY": "someone/senet_lab"}) == ""
