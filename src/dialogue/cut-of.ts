import type { HeardReply } from '../reply/index.js';
import type { TurnEnd } from './turn.js';

/** How it is known where the ear stopped; nothing where that was between pieces. */
export function cutOf(heard: HeardReply | undefined): Pick<TurnEnd, 'cut'> {
  if (heard === undefined || heard.by === 'whole' || heard.text === '') return {};
  return { cut: { unit: heard.by, isEstimated: heard.isEstimated ?? false } };
}
