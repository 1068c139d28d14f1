import { ServerUnreachable, isProblem } from '@vultus/client';

/** Whether the same call may well succeed a moment later. */
export function isTransient(error: Error): boolean {
  return (
    error instanceof ServerUnreachable ||
    isProblem(error, 'storage_unavailable', 'face_service_unavailable', 'busy')
  );
}
