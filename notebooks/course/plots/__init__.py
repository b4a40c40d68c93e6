"""Every figure of the course, one call each; a module for each lesson."""

from .backward import *
from .beyond import *
from .characters import *
from .clinic import *
from .clipping import *
from .forward import *
from .frameworks import *
from .inside import *
from .map import course_map as course_map
from .optimisers import *
from .own_text import *
from .probabilities import *
from .sampling import *
from .scan import *
from .speed import *
from .style import COLOURS as COLOURS
from .style import INKS as INKS
from .style import Picture as Picture
from .training import *
