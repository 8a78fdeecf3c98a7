import type { EndRule } from './end-rule.js';

const LEAD =
  '(?:(?:and|but|so|or|well|yeah|yes|no|ok|okay|oh|hey|um|uh|like|then|because|actually|please|now|sorry|right) )*';
const START = `(?:^|, )${LEAD}`;
const PERSON = '(?:i|you|he|she|it|we|they)';
const SUBJECT = `(?:${PERSON}|this|that|there|(?:my|your|his|her|our|their|the) \\w+)`;
const CLOSED_ADVERB =
  '(?:always|never|already|also|just|still|so|very|quite|probably|actually|basically|only|even|usually|almost|nearly|exactly|definitely|mostly|kinda|sorta|currently|supposedly|apparently|totally|way|too)';
/** Verbs that say nothing without what they lead to. */
const LEADING_VERB =
  '(?:wants|needs|became|becomes|contains?|includes?|means|would mean|requires?|keeps?|seems?|involves?|prefers?|bought|brought|caught|chose|built|has|put|uses?|owns?|owned|costs|takes?|gets?|makes?|gives?|looks|sounds|feels|seemed|considered|received|created|introduced|discovered|ordered|equals|realized|noticed|decided|enjoys?|avoids?|described|mentioned|suggested|recommended)';
const NOUN_TO_BE =
  '(?:question|point|problem|answer|favorite|favourite|plan|idea|name|thing|reason|issue|advice|guess|dream|goal|job|concern|choice|suggestion|wish|solution|challenge|difference|trick|secret|price|address)';

/** Words of the closed classes that lead on, besides the small ones: adverbs before what they belong to, verbs without their object. */
export const ENGLISH_GOING_ON: readonly EndRule[] = [
  // What is contracted leans on the words behind it: "he's always" cannot be an answer, "he always is" can.
  [
    'unfinished',
    'adverb before its verb',
    new RegExp(
      `(?:${PERSON}|that|this|there|who|what)'(?:s|m|re|ve|ll|d) (?:not )?${CLOSED_ADVERB}$(?<!what's (?:so|up|also|even))`,
      'u',
    ),
  ],
  ['unfinished', 'degree', /(?:^| )(?:way|far|a bit|a little|just|much) too$/u],
  [
    'unfinished',
    'adverb before its verb',
    /\b(?:should|could|would|might|must) (?:probably|maybe|just|also|rather|at least)$/u,
  ],
  ['unfinished', 'adverb before its verb', /(?:'d|would|had) (?:rather|better|sooner)$/u],
  [
    'unfinished',
    'maybe',
    /(?:^(?:or|and|but|so|then)|\b(?:or|and|but|about|to|with|for|could|can|should|might)) maybe$/u,
  ],
  [
    'unfinished',
    'amount',
    /\b(?:at|for|is|was|are|costs?|takes?|took|need|have|'s|with) (?:around|roughly|approximately|nearly|almost|at least|at most|up to|exactly)$|\b(?:roughly|approximately)$/u,
  ],
  [
    'unfinished',
    'needs a noun',
    /\ba (?:more|less|much|very|really|fairly|pretty)$|\b(?:have|has|had|with|makes) no$|(?<!\bor )\bthe other$|\bthe (?:only|next)$(?<!\b(?:is|was|'s|be|are|were) the next)/u,
  ],
  [
    'unfinished',
    'needs a noun',
    /\b(?:those|these|my|your|his|our|their) (?:little|new|old|big|small|own|favorite|favourite|entire|latest|previous|current|former)$(?<!(?:my|your|his|our|their) (?:own|little|old|favorite|favourite))/u,
  ],
  [
    'unfinished',
    'time',
    /^(?:(?:and|but|so|or) )?(?:by the time|the moment|the minute|the second|the day that|the first time)(?: (?:i|you|he|she|it|we|they|the|my))?$/u,
  ],
  [
    'unfinished',
    'whatever',
    /\bno matter (?:how|who|where|when|which|if|whether)$|\b(?:whatever|whoever|whichever|wherever|whenever|however) (?:i|you|he|she|it|we|they|the)$|^(?:whoever|whichever|wherever|whereas)$/u,
  ],
  ['unfinished', 'depends', /\bdepend(?:s|ing|ed)? on (?:how|whether|if|when|who|where|which)$/u],
  [
    'unfinished',
    'that',
    /\b(?:bet|assume|assumed|claims?|claimed|insists?|insisted|argue|figured|found out|convinced|certain|aware|confident|unlikely|likely|possible|impossible|obvious|important|strange|funny|shame|reason|except|given|assuming|considering|granted|chance|impression|make sure|sure|fact|rule|evidence|proof|(?<!^)true) that$/u,
  ],
  [
    'unfinished',
    'subject',
    /\b(?:in case|so that|now that|even if|as if|as though|make sure|that's (?:why|how|where|when)|hope|guess|suppose|no matter (?:what|how|where|who)|by the time|every time) (?:you|it|the)$/u,
  ],
  ['unfinished', 'subject', /^(?:(?:and|but|so) )?in order to .+ (?:you|i|we|they)$/u],
  [
    'unfinished',
    'adverb before its verb',
    new RegExp(
      `\\b(?:and|but|because|so|if|when|how|that) (?:${SUBJECT}|people) (?:still|always|never|just|also|only|really|usually|often|already|even|actually|probably|suddenly|almost)$`,
      'u',
    ),
  ],
  ['unfinished', 'adverb before its verb', /\bwill ever$/u],
  [
    'unfinished',
    'quotation',
    new RegExp(
      `^(?:and|so|but)(?: then)? ${SUBJECT} (?:said|says|goes|asked|asks|was like|were like|is like)$`,
      'u',
    ),
  ],
  ['unfinished', 'name', /^(?!.*\bwhat\b).*\b(?:is|are|was|were|it's|he's|she's) (?:called|named)$/u],
  ['unfinished', 'that', new RegExp(`^(?:(?:and|but|so) )?what ${PERSON} (?:\\w+ )+(?:is|was) that$`, 'u')],
  [
    'unfinished',
    'that',
    /\b(?:a|an|the|some|any|every) \w+ that$(?<!\b(?:lot|bit|like|with|of|about) that)(?<!^(?:what|who|where|why|how|is|was|are|did|do|does)\b.*)/u,
  ],
  ['unfinished', 'how', /\b(?:about|on|of|to) (?:how|whether|why)$(?<!^how about how)/u],
  ['unfinished', 'needs an object', /\b(?:equals|to (?:become|avoid|include|ensure))$/u],
  ['unfinished', 'embedded question', /\basked (?:me|you|us|him|her|them) (?:what|how|who|which)$/u],
  [
    'unfinished',
    'main clause missing',
    /^(?:(?:and|but|so|um|well) )?as (?:i|you|we|he|she|they) (?:mentioned|said|told|explained|wrote|can see|may know|might know)(?: (?!(?:i|you|we|he|she|they|it)\b)\w+){0,5}$/u,
  ],
  [
    'unfinished',
    'main clause missing',
    /^(?:(?:and|but|so|um|well) )?(?:regarding|concerning|with regard to|in terms of|apart from|aside from|in addition to|according to)(?: \w+(?:'\w+)?){1,6}$/u,
  ],
  [
    'unfinished',
    'then',
    /^(?:(?:and|but|so) )?if .+ then$(?<!\b(?:you|by|until|since|back|what|okay|now and) then)/u,
  ],
  [
    'unfinished',
    'preposition',
    /\b(?:car|house|place|live|lives|lived|hotel|shop|store|office|somewhere|is|right) near$(?<!^is .*)/u,
  ],
  [
    'unfinished',
    'holds the floor',
    /(?:how (?:should|do|shall|can) i (?:put|say) (?:this|it|that)|what's the word|what do (?:you|they) call it)$/u,
  ],
  ['unfinished', 'let me', new RegExp(`${START}let (?:me|us|him|her|them)$`, 'u')],
  [
    'unfinished',
    'needs an object',
    new RegExp(
      `${START}${SUBJECT} (?:(?:always|really|just|also|probably|would|will|only|even) )*(?:gave|handed|offered|lent|wants|wanted) (?:me|you|us|him|her|them)$`,
      'u',
    ),
  ],
  [
    'unfinished',
    'verb without its object',
    new RegExp(
      `(?:^${LEAD}|\\b(?:because|but|and|although|though) )${SUBJECT} (?:(?:always|really|just|also|probably|would|will|only|even|already|never|usually|can|could|should) )*${LEADING_VERB}$`,
      'u',
    ),
  ],
  [
    'unfinished',
    'verb without its object',
    new RegExp(
      `^${LEAD}(?:i|we|you|they|he|she) (?:don't|doesn't|didn't|never|can't|couldn't|won't) (?:really )?(?:want|need|have|get|find|use|own|seem)$`,
      'u',
    ),
  ],
  [
    'unfinished',
    'name',
    /\b(?:a|an|some|this|that|one|these|the) (?:\w+ ){1,4}(?:called|named|titled|labeled|entitled)$(?<!^(?:what|how).*)/u,
  ],
  [
    'unfinished',
    'quotation',
    /\b(?:song|story|saying|one|joke|line|proverb|rhyme) (?:that|which) (?:goes|says|starts|begins)(?: like)?$/u,
  ],
  [
    'unfinished',
    'needs a complement',
    new RegExp(
      `\\b${NOUN_TO_BE} (?:would|will|might|could|should|has to|used to|is going to|seems to) be$(?<!^what.*)`,
      'u',
    ),
  ],
  [
    'unfinished',
    'needs a noun',
    /\bthere (?:will|would|might|may|could|should|must|can|used to|has to|have to|seems to|needs to) be$(?<!\b(?:as|than|what|like|sure|hope|think) there \w+(?: to)? be)/u,
  ],
  [
    'unfinished',
    'question without its verb',
    /^(?:(?:and|but|so) )?(?:when|why) (?:are|were|is|was) (?:you|they|he|she|we|the|your|my)$/u,
  ],
  [
    'unfinished',
    'needs an object',
    /\b(?:remind|tell|ask|help|teach|remember|forget|try|want|need|like) (?:me |you |us |him |her |them )?to (?:become|order|describe|explain|discuss|mention|borrow|return|avoid|include|contact|introduce|create|build|provide|schedule|install|purchase|attend|order)$(?<!^(?:what|which|who|where|how|when).*)/u,
  ],
  [
    'unfinished',
    'holds the floor',
    /^(?:(?:and|but|so|um|uh|well) )?(?:however|therefore|moreover|furthermore|meanwhile|in addition|all of a sudden|once upon a time|to be honest|to be fair|to tell you the truth|speaking of which|as you know|as i said|like i said|in my opinion|personally|on top of that|as a result|in short|long story short|last but not least|first off|secondly|second of all|what's more|that said|that being said|having said that|if i'm honest|the funny thing|the point|the problem|the question|the other thing|the next thing|the main thing|the bad news|the good news)$/u,
  ],
  [
    'unfinished',
    'conjunction',
    /^(?:and|but|so|or) (?:also|maybe|sometimes|anyway|hopefully|(?!really|seriously|finally|actually|only|family|reply|apply|fly|honestly)\w+ly)$/u,
  ],
  [
    'unfinished',
    'main clause missing',
    /^(?:(?:and|but|so|um|well) )?(?:even though|although|now that|given that|assuming|seeing as|whereas)(?: \w+(?:'\w+)?){2,5}$(?<!mention (?:it|that))/u,
  ],
  [
    'unfinished',
    'main clause missing',
    /^(?:and|but|so)(?: then)? (?:when|while|once|after|before) (?:i|you|he|she|it|we|they|the \w+|my \w+|his \w+|her \w+)(?: (?!(?:i|you|he|she|we|they|please|me|him|us|them|it)\b)\w+(?:'\w+)?){1,4}$/u,
  ],
  [
    'unfinished',
    'main clause missing',
    /^(?:(?:and|but|so) )?(?:before i forget|if i'm not mistaken|if i remember correctly|if i were you|if you ask me|since (?:you're|we're|i'm) (?:already )?here|while (?:you're|we're) at it)$/u,
  ],
];
