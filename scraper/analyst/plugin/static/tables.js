// What Datasette's table page says in a script of its own, which the policy forbids.
var DATASETTE_ALLOW_FACET = true;
