// What a thread of the pronouncer runs: see threaded-pronouncer.ts.
import { parentPort } from 'node:worker_threads';
import { createPronouncer } from './create-pronouncer.js';
import type { PronouncerAnswer, PronouncerCall } from './threaded-pronouncer.js';

const pronouncer = createPronouncer();

parentPort?.on('message', (call: PronouncerCall) => {
  answer(call).then(
    (result) => tell({ id: call.id, result }),
    (error: unknown) =>
      tell({ id: call.id, error: error instanceof Error ? error : new Error(String(error)) }),
  );
});

function answer(call: PronouncerCall): Promise<unknown> {
  switch (call.what) {
    case 'pronounce':
      return pronouncer.pronounce(call.text, call.language);
    case 'kanaOf':
      return pronouncer.kanaOf(call.text);
    case 'prepareFor':
      return pronouncer.prepareFor(call.text, call.language);
  }
}

function tell(message: PronouncerAnswer): void {
  parentPort?.postMessage(message);
}
