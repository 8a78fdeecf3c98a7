import { ENGLISH_ANSWERS } from './end-english-answers.js';
import { FINISHED_ENGLISH } from './end-english-finished.js';
import { ENGLISH_GOING_ON } from './end-english-going-on.js';
import { type EndRule, firstRule } from './end-rule.js';
import type { EndJudgement } from './judgement.js';

/** Where a clause begins: at the beginning, after a mark (`,` stands for all), or after words that only lead to it. */
const LEAD =
  '(?:(?:and|but|so|or|well|yeah|yes|no|ok|okay|oh|hey|hi|um|uh|like|then|because|actually|please|now|sorry|maybe|right|alright) )*';
const START = `(?:^|, )${LEAD}`;
const PERSON = '(?:i|you|he|she|it|we|they)';
const DO = '(?:do|does|did|can|could|will|would|should|shall|have|has|had|may|might|must)';
const BE = '(?:is|are|am|was|were)';
const WH = '(?:what|who|whom|where|which|whose|when|why|how)';
const PREPOSITION =
  '(?:to|of|in|on|at|for|with|from|about|into|onto|than|as|without|between|under|against|during|among|towards?|upon|within|per|via|except|despite|besides|beside|like)';

const re = (pattern: string): RegExp => new RegExp(pattern, 'u');

const HESITATION: readonly EndRule[] = [
  ['finished', 'answer', /^(?:uh huh|mm hmm|mhm|mm|uh uh)$/u],
  ['unfinished', 'filler', /^(?:um|uh|er|so|and|but|oh|yeah|no) well$/u],
  ['unfinished', 'filler', /(?:^|[ ,])(?:um+|uh+|uhm+|er+m?|hm+|mm+|erm)$/u],
  ['unfinished', 'holds the floor', /(?:^|[ ,])let me just$/u],
  ['unfinished', 'holds the floor', /(?:let me|let's|lemme) (?:see|think)(?: about (?:it|that))?$/u],
  [
    'unfinished',
    'holds the floor',
    re(
      `${START}(?:well|you know|i mean|basically|actually|anyway|you see|honestly|so yeah|the thing|first|first of all|for example|for instance|on the other hand|by the way|in fact|in other words|sort of|kind of)$`,
    ),
  ],
  [
    'unfinished',
    'holds the floor',
    /, (?:well|like|you know|i mean)$|(?:well|um|uh|so|like|but|and),? you know$/u,
  ],
];

/** Small words that stand at the end in their own right: what they belong to was said before them. */
const STRANDED: readonly EndRule[] = [
  [
    'finished',
    'question',
    re(`^(?:${WH}) ?(?:'s|'re|${BE}) (?:${PERSON}|this|that|these|those|your \\w+) ?(?:${PREPOSITION})$`),
  ],
  [
    'unfinished',
    'needs a verb',
    /^(?!(?:.* )?(?:if|what|whatever|do|did|does|would|when) ).*wants? (?:me|you|us|him|her|them) to$/u,
  ],
  ['open', 'the verb was said before', /\bwants? (?:me|you|us|him|her|them) to$/u],
  ['open', 'what it belongs to was said before', /\bwhat \w+ (?:is|are) (?:for|like|about|of)$/u],
  [
    'unfinished',
    'needs an object',
    /^(?!(?:.* )?(?:what|who|which|where|how|something|anything|nothing|thing|things|one|that|way) ).* to (?:buy|get|find|visit|bring|put|give|make|show|send|tell|ask|meet|take|see)$/u,
  ],
  [
    'unfinished',
    'needs a noun',
    /what do (?:you|they|we) (?:think|know|remember) (?:of|about)$|prefer .* over$/u,
  ],
  [
    'unfinished',
    'needs a verb',
    re(`${START}(?:(?:i|we)(?: would|'d) (?:really )?like|would you like(?: to)?)$`),
  ],
  ['finished', 'question', re(`^what(?:'s| ${BE}| does| do| did|'re)\\b.* like$`)],
  ['finished', 'question', /^(?:what|where|who) (?:for|to|from|with|of)$|^since when$/u],
  [
    'unfinished',
    'needs a verb',
    /\b(?:i|we|you|they|he|she) (?:really |just |also )?(?:want|wants|need|needs|have|has|'d like|would like|wanted|needed|had|going|got|try|used) to$(?<!\b(?:if you|if i|do i|do we|do you|did you|whatever you|when you|because i|as you) (?:want|need|have|like|had|got|wanted) to)/u,
  ],
  [
    'open',
    'the verb was said before',
    /\b(?:love|don't want|didn't want|don't have|don't need|didn't mean|didn't have|not supposed|not allowed|if you'd like|want|need|have|like|mean|able|hope|forgot|happy|glad|ready) to$(?<!(?:going|trying|i'd like|would like|be able) to)/u,
  ],
  [
    'unfinished',
    'needs a noun',
    /\b(?:like|as|such as|than|rather than|instead of|because of|due to|in order to|next to|kind of|sort of|type of|lot of|bit of) (?:in|on|at|to|of|with|for|from)$/u,
  ],
  [
    'open',
    'question word before',
    re(
      `^${LEAD}(?:what|who|where|which|whose)\\b.*\\b(?:you|it|he|she|they|we|i|this|that|these|those|everyone)\\b.* ?\\b${PREPOSITION}$(?<!\\b(?:want|need|have|like|going|trying|got|supposed|able|used|take|takes|way|how|time|best|place|start|started|begin|you|me|them) to)(?<!(?:weather|like|happened|happen|temperature) in)`,
    ),
  ],
  [
    'open',
    'what it belongs to was said before',
    re(
      `\\b(?:one|ones|thing|things|something|anything|nothing|everything|someone|somebody|what|place|places|people|person|guy|girl|book|song|movie|all)(?: that| which| who)? (?:${PERSON}|people|everyone)(?:'m|'re|'s|'ve|'d|'ll)?\\b.* ${PREPOSITION}$(?<!\\b(?:want|need|have|like|going|trying|got|used|is) to)`,
    ),
  ],
  [
    'open',
    'what it belongs to was said before',
    re(
      `\\b(?:something|anything|nothing|someone|somebody|what|who|much|lot|place|things?|one)(?: left| else| more| new| good| much)? to (?:\\w+ )+${PREPOSITION}$`,
    ),
  ],
  [
    'open',
    'verb with its particle',
    /\b(?:plugged|logged|signed|turned|switched|locked|moved|checked|tuned|settled|broke|filled|caught|off and|come on|so|later|now|early|dream|what's|is|are|was|were|it's|they're|right|try (?:it|this|that|them)) (?:in|on)$(?<!\b(?:is|are|was|were|it's|they're|now|so) in)/u,
  ],
  [
    'open',
    'what it belongs to was said before',
    /^(?:what|who|where)(?:'s|'re| is| are| was| were) .*(?<!thing|part|different|special|problem|word|name|reason|recipe|plan|cure|price|cost|need) (?:about|for|made of|from|by)$/u,
  ],
  ['open', 'be in', /^(?:is|are) (?:he|she|they|anyone|anybody|it|you) in$/u],
  [
    'open',
    'verb with its particle',
    re(
      `\\b(?:turn|switch|put|hold|come|go|hang|move|carry|keep|log|sign|count|try|get|take|fill|give|bring|let|run|check|zoom|tune|stay|drop|join|plug|leave|pass|sit|what's going|going|be|i'm|i am|all|believe)(?:s|ing|ed)?(?: (?:it|that|this|them|me|us|you|him|her|(?:the|my|your|a|some|this|that|these)(?: \\w+){1,2}))? (?:on|in|by)$`,
    ),
  ],
  [
    'open',
    'if you like',
    /\b(?:if|as|whatever|what|do|would|that|one|ones|which|things?|really) (?:i|you|we|they) (?:would |'d )?like$|\b(?:i|you|we|they) (?:would|don't|didn't|never) (?:\w+ )?like$/u,
  ],
];

const NOUN_MISSING: readonly EndRule[] = [
  [
    'unfinished',
    'needs a noun',
    /\ban? \w+(?:ous|able|ible|less|ish)$(?<!english|spanish|irish|finish|polish|dish|fish|wish|table|vegetable)/u,
  ],
  [
    'unfinished',
    'needs a noun',
    /(?:\b(?:a|an|another|some|these|those|two|three)|there's an?) (?:really |very |pretty )?(?:new|old|big|small|good|great|nice|bad|long|short|huge|tiny|red|blue|green|black|white|beautiful|different|special|certain|strange|funny|famous|cheap|nearby|good-looking|local|specific|single|whole|simple|quick|large|young|favorite)$|\bthe (?:nearest|closest|new|old|main|whole|most|very)$|^(?!is |are (?:you|they)).*\bany (?:good|new|nice|cheap|special|famous)$/u,
  ],
  ['unfinished', 'needs a noun', /\w+ how many$/u],
  [
    'unfinished',
    'degree',
    /\b(?:is|are|was|were|am|i'm|it's|he's|she's|they're|we're|that's|you're) really$/u,
  ],
  [
    'unfinished',
    'adverb before its verb',
    /^(?:my|the|our|his|her|their|your) \w+ (?:always|usually|often|never|just|already|probably|still|really)$/u,
  ],
  ['unfinished', 'amount', /\b(?:put on|buy|order|add|cook|play me) (?:some|any)$/u],
  ['unfinished', 'needs a noun', /\bthere(?:'s| is| was| are| were) (?:this|that|some|no)$/u],
  ['unfinished', 'article', /(?:^|[ ,])(?:a|an|the|my|your|our|their|its|every)$/u],
  ['unfinished', 'whose thing', /^(?:(?:and|but|so) )?(?:my|his|her|our|their|your) \w+'s$/u],
  ['open', 'like', /\b(?:i|you|we|they|people|and|really|do|would|which) like$/u],
  ['open', 'as well', /\b(?:stop|come|pass|stand|close|go) by$/u],
  ['unfinished', 'preposition', re(`(?:^|[ ,])(?:${PREPOSITION}|by)$`)],
  [
    'unfinished',
    'amount',
    /\b(?:play|find|make|bring|is there|are there|do you have|have you got|you have) (?:some|any)$|\b(?:give|bring|get|show|tell|send) (?:me|us) (?:some|any|a few)$/u,
  ],
  ['unfinished', 'degree', /(?:^| )(?:very|quite|extremely|such|even|also)$/u],
  [
    'unfinished',
    'adverb before its verb',
    /\b(?:i|we|you|he|she|they|it|i'm|it's|we're|could you|can you|to) (?:just|only|actually|basically|already|always|usually|often|sometimes|never|probably|recently|finally)$/u,
  ],
];

const CLAUSE_MISSING: readonly EndRule[] = [
  [
    'open',
    'that',
    /\b(?:[a-z]+n't|never|not|already|always|just) (?:\w+ )?(?:say|said|think|know|believe|mean|feel|do) that$/u,
  ],
  [
    'open',
    'if so',
    /\b(?:if so|or so|even so|how so|why so|not so|(?:think|thinks|thought|hope|guess|suppose|believe|say|says|said|told (?:you|me|him|her)|do|did|is that|very much|afraid) so)$/u,
  ],
  ['open', 'though', /(?<!\b(?:even|as)) though$/u],
  [
    'unfinished',
    'conjunction',
    /(?:^|[ ,])(?:and|(?:and|but|so) then|or|but|because|cause|'cause|cuz|if|unless|until|till|although|though|while|whereas|whether|nor|plus|so|since|whenever|wherever|whose)$(?<!^whose|ever since|long since|\ba while|^just because)/u,
  ],
  ['open', 'that', re(`^(?:${WH}|is|was|are|do|did|does|can|could|would|have)\\b.* that$`)],
  [
    'unfinished',
    'that',
    /\b(?:think|thinks|thought|believe|feel|felt|hope|guess|suppose|says?|said|told (?:\w+ ){0,2}\w+|problem is|thing is|point is|reason is|truth is|fact|so \w+|such an? \w+|glad|afraid|notice|noticed|realized?|means|mean|now|it seems|explained|decided|wish|idea is|provided|worried|sure|surprised|happy) that$/u,
  ],
  ['unfinished', 'which', /(?:,|\w) which$/u],
  [
    'unfinished',
    'when',
    /\w when$(?<!\b(?:know|sure|since|tell me|say|says|said|exactly|remember|forget|idea|ask|matter|wonder|or|and|until) when)/u,
  ],
  ['unfinished', 'in case', /(?<!just )\bin case$/u],
  ['open', 'because', /^just because$/u],
  [
    'unfinished',
    'who',
    /\b(?:guy|man|woman|girl|boy|person|people|someone|somebody|anyone|friend|those|one|ones|lady|kid|teacher) (?:who|whose|that)$/u,
  ],
  ['unfinished', 'where', /\b(?:a|the|this|that) \w+ (?:where|when)$|\breason why$|\bremember when$/u],
];

const VERB_MISSING: readonly EndRule[] = [
  ['unfinished', 'negation', re(`\\b(?:that|because|if|when|but) ${PERSON} [a-z]+n't$`)],
  ['open', 'to have', re(`^${WH}\\b.* (?:${PERSON}|to) (?:have|be)$`)],
  ['open', 'to have', re(`\\b(?:all|one|thing|only|everything) ${PERSON} have$`)],
  ['open', 'negation', /^don't$/u],
  [
    'open',
    'to do',
    re(
      `(?:to|${PERSON}|let's|must|should|can|will|could|would|might) do$(?<!^(?:and |but |so )?(?:i|we|you|they) do)`,
    ),
  ],
  [
    'open',
    'short answer',
    re(
      `^(?:it is|it was|i am|he is|she is|we are|they are|you are|${PERSON} (?:do|does|did|can|will|can't|don't|won't|didn't|doesn't|isn't|aren't|wasn't))$`,
    ),
  ],
  [
    'finished',
    'short answer',
    re(
      `^(?:yes|no|yeah|nope|sure|of course|so|neither|nor)(?: of course)? (?:${PERSON}|there|that|this) (?:${DO}|${BE}|[a-z]+n't|'m not)$`,
    ),
  ],
  ['finished', 'short answer', re(`^(?:so|neither|nor|and so|me neither) (?:${DO}|${BE}) ${PERSON}$`)],
  ['finished', 'there it is', re(`\\b(?:here|there) ${PERSON} (?:${BE}|go|goes|comes?)$`)],
  [
    'unfinished',
    'condition',
    re(`^(?:(?:and|but|so) )?(?:when|if|as|while|because|since|once) ${PERSON} (?:${BE}|${DO})$`),
  ],
  ['unfinished', 'auxiliary', re(`do you think ${PERSON} ${DO}$`)],
  ['unfinished', 'condition', re(`^as soon as ${PERSON} \\w+$`)],
  [
    'open',
    'embedded question',
    re(
      `\\b(?:what|who|where|how|way|as|when|than|whatever|whoever|wherever|like|wish|hope|think|course|sure|if) ${PERSON} (?:${BE}|${DO})$`,
    ),
  ],
  [
    'open',
    'embedded question',
    re(
      `\\b(?:know|tell|wonder|see|remember|understand|show|ask|explain|idea|find out|say|forgot|that's|sure)\\b.* ${WH}\\b.* (?:${BE}|be|do|does|did|can)$`,
    ),
  ],
  ['unfinished', 'verb', re(`^(?:\\w+ )?${WH} (?:${BE}|${DO})$`)],
  [
    'open',
    'to be',
    /\b(?:to|let it|will|should|can|could|might|may|must|would|where have you|how have you|has it|have they) (?:be|been)$/u,
  ],
  ['open', 'negation', re(`\\b(?:${PERSON}|please|why) [a-z]+n't$`)],
  [
    'unfinished',
    'auxiliary',
    re(
      `(?:^| )(?:${BE}|${DO}|be|been|being)$(?<!^(?:can|will|do|did|may|must)|\\b(?:in|of|last|next|until|by) may|\\b(?:a|the|tin|trash|garbage) can|\\b(?:at|free) will)`,
    ),
  ],
  [
    'unfinished',
    'contraction',
    re(
      `(?:^|[ ,])(?:(?:${PERSON}|that|there|here|what|who|where|how|when|why|this)'(?:s|m|re|ll|d|ve)|let's|isn't|aren't|wasn't|doesn't|don't|didn't|can't|won't|couldn't|wouldn't|shouldn't|haven't|hasn't)$`,
    ),
  ],
  [
    'unfinished',
    'verb',
    /(?:^| )(?:keeps|kept|(?:i've been|i'm|it's) (?:feeling|getting)|gonna|wanna|gotta|hafta|lemme|gimme|(?:i'm|am|is|was|you're|we're|just) (?:kinda|sorta)|(?:i'm|am|was|were|are) (?:going|trying|planning|about))$(?<!^(?:i'm|i am|we're|we are) going)/u,
  ],
];

const SUBJECT_ONLY: readonly EndRule[] = [
  ['finished', 'question', re(`^${LEAD}(?:how|who|where|what|when) ${BE} ${PERSON}$`)],
  ['unfinished', 'question without its verb', /^why don't (?:we|you)$/u],
  ['open', 'short question', /^why (?:should|would) (?:i|you|we|they|he|she|it)$/u],
  ['finished', 'question tag', re(`[a-z]n't ${PERSON}$`)],
  ['open', 'short question', /^(?:may|can|could|shall|should|do|did|am|must) (?:i|we)$/u],
  ['unfinished', 'question without its verb', / (?:could|can) you(?: please)?$/u],
  [
    'unfinished',
    'question without its verb',
    re(
      `${START}(?:${WH} )?(?:${DO}|${BE}) ${PERSON} (?:ever|usually|always|often|just|even|also|please|still)$`,
    ),
  ],
  [
    'unfinished',
    'question without its verb',
    re(`(?:^|, |\\b)${WH}(?: (?!${PERSON}\\b)\\w+){0,4} ${DO} (?:${PERSON}|the)$(?<!\\b(?:do|did) it)`),
  ],
  [
    'unfinished',
    'question without its verb',
    re(`${START}(?:${DO}|${BE}) (?:${PERSON}|there)(?: please| just| maybe)?$`),
  ],
  [
    'open',
    'question tag',
    re(` (?:${DO}|${BE}|and|than|with) (?:${PERSON}|me)$(?<! and (?:i|we|they|he|she))`),
  ],
  ['unfinished', 'subject', /(?:^|[ ,])(?:i|he|she|we|they)$(?<!\b(?:you|him|her) and i)/u],
  [
    'unfinished',
    'subject',
    /\b(?:but|because|if|when|that|since|while|until|unless|although|though|or|as) (?:you|it)$(?<!^(?:what|who|is|was) .*that (?:you|it))|\b(?:is|are|was|were) there$/u,
  ],
  [
    'unfinished',
    'verb without its object',
    re(
      `${START}(?:yesterday |today |tomorrow )?(?:i|we) (?:just |really |also |only )?(?:want|need|have|bought|got|saw|found|made|took|wanted|needed|think|guess|mean|feel|believe|suppose|wonder|wish|would like|had)$`,
    ),
  ],
  [
    'unfinished',
    'verb without its object',
    /(?:^|\b)(?:i'd like|(?:i|we|they|(?<!what )you)'ve got|i've had|he's got|she's got)$|^(?:would|do) you like$/u,
  ],
];

const RULES: readonly EndRule[] = [
  ...ENGLISH_ANSWERS,
  ...HESITATION,
  ...ENGLISH_GOING_ON,
  ...STRANDED,
  ...NOUN_MISSING,
  ...CLAUSE_MISSING,
  ...VERB_MISSING,
  ...SUBJECT_ONLY,
  ...FINISHED_ENGLISH,
];

/** @param words - NFKC, ends in a letter. */
export function englishEnd(words: string): EndJudgement {
  const plain = words
    .toLowerCase()
    .replace(/[’‘`]/gu, "'")
    .replace(/["“”()]/gu, ' ')
    .replace(/\s*[,.;:!?—–]+\s*/gu, ', ')
    .replace(/\s+/gu, ' ')
    .replace(/^[, ]+|[, ]+$/gu, '')
    // "I 'd like": some recognizers cut contractions off.
    .replace(/ ('(?:m|s|re|ll|d|ve|t))\b/gu, '$1');
  return firstRule(RULES, plain);
}
