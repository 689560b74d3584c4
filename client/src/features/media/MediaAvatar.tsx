import type { ComponentProps } from 'react';
import { Avatar } from '../../ui/Avatar.tsx';
import { useMedia } from './use-media.ts';

interface MediaAvatarProps extends Omit<ComponentProps<typeof Avatar>, 'src'> {
  readonly mxc: string | undefined;
}

/** The picture of a person or guild from the media repository; initials until it is there. */
export function MediaAvatar({ mxc, size = 40, ...avatar }: MediaAvatarProps) {
  const { url } = useMedia(mxc, { width: size * 2, height: size * 2, method: 'crop' });
  return <Avatar {...avatar} size={size} src={url} />;
}
