/** Words that texts of ours have in English and in no other language of the catalogue. */
export const ENGLISH =
  /\b(the|is|are|was|of|and|with|by|from|to|for|since|yet|you|your|days?|today|ago|uptime|down|degraded|operational|outages?|checks?|updates?|updated|subscribe|history|affected|powered|times|shows?|unknown|status page|issue|major|impact on|starts|ends|planned|completed|investigating|identified|resolved|monitoring)\b/gi;
