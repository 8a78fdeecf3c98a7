import type { ConversationPorts, Judge } from './ports.js';

/** Each alphabet takes ways of its own: V8 keeps the code of a pattern apart for narrow and for wide letters. */
const WORDS = ['はい、そうですね。晴れです。', 'Yes, that is right. It is fine. '];

/**
 * What is done with the first words of a conversation, done once before: V8 compiles what it has never run, and who speaks first would wait
 * for that. Nobody is asked, and nothing is kept.
 *
 * @param ports - of these the reader of replies, unless a brain speaks by itself.
 * @throws what a judge or a reader throws.
 */
export function rehearse({ clock, brain, openReader }: ConversationPorts, judge: Judge): void {
  const nowMs = clock.nowMs();
  for (const words of WORDS) {
    judge.end(words, undefined);
    judge.interjection(words, undefined);
    judge.withoutEcho(words, nowMs, { text: words, fromMs: nowMs, toMs: nowMs });
    if (brain !== undefined) continue;
    const reader = openReader();
    for (const letter of words) reader.push(letter);
    reader.end();
  }
}
