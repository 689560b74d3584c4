import { join } from 'node:path';
import { type BlobStore, FileStore, S3Store } from '../storage/index.ts';
import type { Configuration } from './configuration/index.ts';

/** Opens the store in which media are kept, or another one that the operator names. */
export function openMediaStore(
  { dataDir, s3, mediaUrl }: Pick<Configuration, 'dataDir' | 's3' | 'mediaUrl'>,
  url = mediaUrl,
): Promise<BlobStore> {
  if (url.store === 'folder') return FileStore.open(url.path);
  const { bucket, prefix } = url;
  return S3Store.open({ ...s3, bucket, prefix }, join(dataDir, 'media-incoming'));
}
