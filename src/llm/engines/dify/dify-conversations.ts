import type { ChatMessage } from '../../chat-model.js';

/** What is known of one conversation at the service. */
export interface DifyConversation {
  id: string | undefined;
  /** The last answer as the service keeps it; undefined: none yet. */
  answer: string | undefined;
}

/** So many conversations are remembered; those that were used longest ago are forgotten and begin anew. */
const MAX_CONVERSATIONS = 1000;

/** Which of the service's conversations belongs to which of ours. */
export class DifyConversations {
  readonly #known = new Map<string, DifyConversation>();

  /** @param name - as the request names it; undefined: it stands alone and is not remembered. */
  of(name: string | undefined): DifyConversation {
    const found = (name === undefined ? undefined : this.#known.get(name)) ?? {
      id: undefined,
      answer: undefined,
    };
    if (name === undefined) return found;
    this.#known.delete(name);
    this.#known.set(name, found);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_CONVERSATIONS && oldest !== undefined) this.#known.delete(oldest);
    return found;
  }
}

/**
 * The last thing that the user said, which is all that the service is sent.
 *
 * The service keeps its whole answers, also those that were cut while they were spoken, and nothing of its interface changes them.
 * So the question tells what was heard, where that is less.
 *
 * @param kept - the service's last answer, as it has it.
 */
export function queryOf(
  messages: readonly ChatMessage[],
  kept: string | undefined,
): { readonly query: string; readonly images: readonly string[] } {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const user = messages[at];
  const said = user?.role === 'user' ? user.text : '';
  const images = user?.role === 'user' ? (user.images ?? []) : [];
  const note = kept === undefined ? '' : cutNote(heardOf(messages.slice(0, at)), kept);
  return { query: note === '' ? said : `${note}\n${said}`, images };
}

/** What the history holds behind the question before. */
function heardOf(before: readonly ChatMessage[]): string {
  const asked = before.findLastIndex(({ role }) => role === 'user');
  return before
    .slice(asked + 1)
    .flatMap((message) => (message.role === 'assistant' ? [message.text] : []))
    .join(' ');
}

function cutNote(heard: string, kept: string): string {
  const [short, whole] = [heard, kept].map((text) => text.replace(/[\s\p{P}\p{S}]+/gu, '')) as [
    string,
    string,
  ];
  // What was heard may be written otherwise; only what is plainly less of the same is told.
  if (whole === '' || short.length >= whole.length || !whole.startsWith(short)) return '';
  return short === ''
    ? '(You were interrupted: nothing of your last answer was heard.)'
    : `(You were interrupted: of your last answer only this was heard: "${heard.trim()}")`;
}
