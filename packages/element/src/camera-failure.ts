/** Why there are no pictures of the camera. */
export type CameraFailure =
  'no_camera' | 'permission_refused' | 'camera_forbidden' | 'camera_in_use' | 'insecure_context';

/** What the browser lets the page know about itself. */
export interface CameraCircumstances {
  readonly isSecureContext: boolean;
  readonly hasMediaDevices: boolean;
  /** By Permissions-Policy; true where the browser does not tell. */
  readonly isAllowedByPolicy: boolean;
}

/** @param error what `getUserMedia` threw, if it could be called */
export function cameraFailure(error: unknown, circumstances: CameraCircumstances): CameraFailure {
  if (!circumstances.isSecureContext) return 'insecure_context';
  if (!circumstances.isAllowedByPolicy) return 'camera_forbidden';
  if (!circumstances.hasMediaDevices) return 'no_camera';
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
      return 'permission_refused';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'no_camera';
    default:
      return 'camera_in_use';
  }
}

export type BrowserFamily = 'chromium' | 'firefox' | 'safari' | 'ios' | 'android';

/** Where a permission is given back differs; nothing else depends on this. */
export function browserFamily(userAgent: string, maxTouchPoints: number): BrowserFamily {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  // An iPad says that it is a Mac.
  if (userAgent.includes('Macintosh') && maxTouchPoints > 1) return 'ios';
  if (userAgent.includes('Firefox/')) return 'firefox';
  if (userAgent.includes('Android')) return 'android';
  return userAgent.includes('Safari/') && !/Chrom(e|ium)\//.test(userAgent) ? 'safari' : 'chromium';
}
