import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { ProblemCallout } from './problem-callout.js';
import { Skeleton } from './skeleton.js';

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  readonly children: (data: Data) => ReactNode;
  /** How many lines stand in its place until then. */
  readonly lines?: number;
}

/** What was read from the server, or that it is being read, or why it could not be and a way to try again. */
export function Loaded<Data>({ query, children, lines = 3 }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    return (
      <ProblemCallout
        error={query.error}
        retrying={query.isFetching}
        onRetry={() => {
          void query.refetch();
        }}
      />
    );
  }
  return <Skeleton lines={lines} />;
}
