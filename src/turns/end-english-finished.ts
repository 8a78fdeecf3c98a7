import type { EndRule } from './end-rule.js';

const LEAD =
  '(?:^|, )(?:(?:and|but|so|or|well|yeah|yes|no|ok|okay|oh|hey|hi|um|uh|then|actually|please|now|sorry|right|alright|mei|excuse me|can you|could you|would you|will you) )*';
const ORDERS =
  "(?:tell|show|give|play|stop|open|close|turn|let's|help|explain|repeat|say|sing|read|look|wait|go|come|set|remind|call|send|find|search|translate|wake|listen|forget|try|start|take|put|make|keep|talk|speak|leave|remember|dance|smile|hold|hang|shut|sit|stand|follow|describe|write|count|quit|cancel|check|pick|choose|ask|answer|continue|hurry|calm|never mind|be|bring|add|pause|skip|switch|change|move|introduce|compare|calculate|imagine)";
const AUXILIARY =
  "(?:is|are|was|were|am|do|does|did|can|could|will|would|should|shall|have|has|may|might|isn't|aren't|don't|doesn't|didn't|can't|won't|wouldn't|couldn't|shouldn't|haven't|hasn't)";

/** What ends a turn in English where nothing before showed that it goes on. */
export const FINISHED_ENGLISH: readonly EndRule[] = [
  [
    'finished',
    'set phrase',
    /^(?:hello|hi|hey|good (?:morning|afternoon|evening|night)|goodbye|bye|bye bye|see you(?: later| soon| tomorrow)?|thanks|thank you|you're welcome|sorry|i'm sorry|excuse me|yes|yeah|yep|no|nope|okay|ok|sure|of course|why not|right|exactly|absolutely|really|i see|i know|i don't know|never mind|that's (?:it|all|right)|not (?:really|yet|bad)|me too|me neither|help|stop|wait|maybe|probably)(?: there| please| you| everyone| mei)?$/u,
  ],
  [
    'finished',
    'politeness',
    /(?:^|[ ,])(?:please|thanks|thank you|thank you (?:so|very) much|thanks a lot|too|either|anyway|as well|if you (?:can|could|like|want to))$/u,
  ],
  [
    'finished',
    'question',
    new RegExp(`${LEAD}(?:what|who|whose|where|which|when|why|how)(?:'s|'re|'d|'ll)? \\w+`, 'u'),
  ],
  ['finished', 'question', /^(?:what|who|where|when|why|how)$|(?:^|, )(?:what's|who's|where's|how's) /u],
  ['finished', 'question', new RegExp(`${LEAD}${AUXILIARY} (?:\\w+(?:'s)? )+\\w+`, 'u')],
  ['finished', 'order', new RegExp(`${LEAD}(?:${ORDERS}|don't) \\S+`, 'u')],
  [
    'finished',
    'order',
    /^(?:stop|wait|help|go|continue|listen|look|sing|dance|quiet|cancel|pause|repeat|skip)$/u,
  ],
  [
    'finished',
    'answer',
    /\b(?:i (?:think|hope|guess|suppose) so|i don't (?:think so|know|remember|understand|care|mind)|i have no idea)$/u,
  ],
];
