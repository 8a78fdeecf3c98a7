import type { PlayError } from './play-error.js';

/** The objects of an answer that comes line by line, as they come. */
export async function* jsonLines<Line>(response: Response): AsyncGenerator<Line, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield JSON.parse(part) as Line;
  }
}

/** Why the server refused. */
export async function refusalOf(response: Response): Promise<PlayError> {
  const body = (await response.json().catch(() => ({}))) as { error?: PlayError };
  return body.error ?? { code: `HTTP ${response.status}`, message: response.statusText };
}
