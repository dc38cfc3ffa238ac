from home.models.articles import ArticleIndexPage, ArticlePage
from home.models.pages import HomePage, LandingPage, TextPage
from home.models.people import Author, Topic

__all__ = [
    "ArticleIndexPage",
    "ArticlePage",
    "Author",
    "HomePage",
    "LandingPage",
    "TextPage",
    "Topic",
]
