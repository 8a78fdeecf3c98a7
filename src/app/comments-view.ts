import type { CommentsPort, ToldComment, ToldComments } from '../api/index.js';
import type { Comment, Comments } from '../comments/index.js';
import type { Clock } from '../runtime/index.js';

const MAX_DROPS = 50;

/** The queue of comments, for the console. */
export function commentsView(
  comments: Pick<Comments, 'events' | 'status' | 'setPaused'>,
  clock: Pick<Clock, 'wallMs'>,
): CommentsPort {
  const drops: ToldComments['drops'][number][] = [];
  comments.events.on('dropped', (comment, reason) => {
    drops.unshift({ ...told(comment), reason, atMs: clock.wallMs() });
    if (drops.length > MAX_DROPS) drops.pop();
  });
  return {
    status() {
      const { isPaused, waiting, asking, sources, counts } = comments.status;
      return {
        ...{ isPaused, waiting, asking: asking === undefined ? undefined : told(asking) },
        sources: sources.map(({ name, type, state, reason }) => ({ name, type, state, reason })),
        counts: { ...counts, dropped: { ...counts.dropped } },
        drops: [...drops],
      };
    },
    setPaused: (isPaused) => comments.setPaused(isPaused),
  };
}

function told({ source, author, text }: Comment): ToldComment {
  return { source, author: author.name, text };
}
