import {
  BridgeError,
  errorText,
  NOTICES,
  type Notice,
  type NoticeCode,
  noticeText,
} from '../runtime/index.js';

/** Tells a person something. */
export type TellNotice = (code: NoticeCode, values: Notice['values']) => void;

/**
 * @param tell - the line as a terminal shows it, in English, and what it is.
 * @returns tells by code.
 */
export function noticeTeller(tell: ((text: string, notice: Notice) => void) | undefined): TellNotice {
  return (code, values) => {
    const notice = { code, values };
    const text = noticeText(notice);
    tell?.(NOTICES[code].kind === 'warning' ? `warning: ${text}` : text, notice);
  };
}

/** What a notice tells of an error: its words, and its code where it has one, for which a page has words of its own. */
export function errorValues(error: unknown): Notice['values'] {
  return { error: errorText(error), ...(error instanceof BridgeError ? { code: error.code } : {}) };
}
