/** An error as the page tells it: a code that the page may have words for, and what was said exactly. */
export interface PlayError {
  readonly code: string;
  readonly message: string;
}

/** What was thrown, as the page tells it. */
export function playErrorOf(error: unknown, usualCode = 'unknownError'): PlayError {
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  const hasCode =
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return { code: hasCode ? String(error.code) : usualCode, message };
}
