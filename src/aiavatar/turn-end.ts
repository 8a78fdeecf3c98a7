import type { SessionTurnEnd } from '../sessions/index.js';
import type { AvatarResponseType, ResponseFields } from './response.js';

/** Why what was said became no turn. */
export const REASONS = {
  noWords: 'No speech recognized.',
  backchannel: 'Backchannel: the reply goes on.',
  echo: 'The echo of the reply was heard.',
  asleep: 'The wake word was not said.',
} as const;

/** How the end of a turn is told to whom no `final` was told. */
export function endOf(end: SessionTurnEnd): {
  readonly type: AvatarResponseType;
  readonly fields: ResponseFields;
} {
  switch (end.outcome) {
    case 'completed':
      return { type: 'final', fields: { text: end.reply, voice_text: end.heard } };
    case 'interrupted':
      return {
        type: 'final',
        fields: { text: '', voice_text: '', metadata: { interrupted: true, heard_text: end.heard } },
      };
    case 'dropped':
      return { type: 'cancelled', fields: { metadata: { reason: 'Another request took its place.' } } };
    case 'failed':
      return {
        type: 'error',
        fields: {
          metadata: { error: end.error?.message ?? 'The turn failed', code: end.error?.code ?? null },
        },
      };
  }
}
