// Search and filter; every page is whole without them.
"use strict";
