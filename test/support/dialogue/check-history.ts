import type { TurnEnd } from '../../../src/dialogue/index.js';
import type { ChatRequest } from '../../../src/llm/index.js';

const TAG = /\[[^\]]*\]/g;
const BLANK = /\s+/g;

/** What stands in a request of the avatar's words, without the answer that is being asked for. */
function told({ messages }: ChatRequest): string {
  const asking = messages.findLastIndex((message) => message.role === 'user' && message.images === undefined);
  return messages
    .slice(0, asking)
    .map((message) => (message.role === 'assistant' ? message.text : ''))
    .join('')
    .replace(TAG, '')
    .replace(BLANK, '');
}

/**
 * What a model is given of earlier replies is what was heard of them, in order: neither more nor less than a tail of it, since old turns
 * are left out.
 *
 * @param ends - of all turns that had ended when it was asked, in order.
 */
export function checkHistory(request: ChatRequest, ends: readonly TurnEnd[]): readonly string[] {
  const heard = ends
    .filter(({ outcome }) => outcome !== 'failed')
    .map((end) => end.heard)
    .join('')
    .replace(BLANK, '');
  const text = told(request);
  return heard.endsWith(text) ? [] : [`the model was told ${text.slice(-60)}, heard was ${heard.slice(-60)}`];
}
