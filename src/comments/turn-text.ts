import type { Comment, CommentKind } from './comment.js';

/** How a comment is put before the model: `{name}`, `{text}`, `{paid}` and `{source}` are filled in. */
export type TurnTemplates = Readonly<Record<CommentKind, string>>;

export type CommentLanguage = 'en' | 'ja';

/** The model must know that a stranger speaks, and who: what they write is said, never ordered. */
export const TURN_TEMPLATES: Readonly<Record<CommentLanguage, TurnTemplates>> = {
  en: {
    comment: '{name} says in the live chat: {text}',
    paid: '{name} sent {paid} and says in the live chat: {text}',
    membership: 'News of the live chat about the membership of {name}: {text}',
    system: 'News of the live chat: {text}',
  },
  ja: {
    comment: '{name}さんが配信のコメントで言いました：{text}',
    paid: '{name}さんが{paid}を送って、配信のコメントで言いました：{text}',
    membership: '{name}さんのメンバーシップについて、配信のお知らせです：{text}',
    system: '配信のお知らせです：{text}',
  },
};

const SOMEBODY: Readonly<Record<CommentLanguage, string>> = { en: 'Somebody', ja: '名無し' };
const WORDLESS: Readonly<Record<CommentLanguage, string>> = { en: '(no words)', ja: '（言葉なし）' };
const MONEY: Readonly<Record<CommentLanguage, string>> = { en: 'money', ja: 'お金' };

/**
 * The turn's text: one line that says who speaks.
 *
 * Blanks are filled in one pass, so that what a stranger writes is never taken for one. A name cannot end the sentence it stands in and
 * begin another one: it loses what quotes, brackets and ends lines.
 */
export function turnText(comment: Comment, templates: TurnTemplates, language: CommentLanguage): string {
  const { author, kind, paid, source, text } = comment;
  const values: Readonly<Record<string, string>> = {
    name: quietName(author.name) || SOMEBODY[language],
    text: text === '' ? WORDLESS[language] : text,
    paid: paid === undefined || paid.display === '' ? MONEY[language] : paid.display,
    source,
  };
  return templates[kind].replace(
    /\{(name|text|paid|source)\}/g,
    (_blank, name: string) => values[name] ?? '',
  );
}

function quietName(name: string): string {
  return name
    .replace(/["'“”„«»「」『』()（）[\]{}<>:：;；.。!！?？|\\]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
