import { useEffect, useMemo, useState } from 'react';
import { linkify } from '../../lib/html/linkify.ts';
import { readLinkedPlace, readMentionedUser } from '../../lib/html/links.ts';
import { usePreferences } from '../../lib/preferences.ts';
import type { LinkPreview } from '../../matrix/previews.ts';
import type { TextContent } from '../../matrix/types.ts';
import { useMedia } from '../media/use-media.ts';
import { useGateway } from '../session/gateway-context.ts';
import styles from './LinkPreviews.module.css';

/** How many links of a message are shown more of. */
const mostPreviews = 2;

/** What the pages say of themselves that a message links to. */
export function LinkPreviews({ content }: { readonly content: TextContent }) {
  const isWanted = usePreferences((state) => state.showsPreviews);
  const links = useMemo(() => (isWanted ? listLinks(content) : []), [isWanted, content]);
  return links.map((href) => <LoadedPreview key={href} href={href} />);
}

function LoadedPreview({ href }: { readonly href: string }) {
  const { previews } = useGateway();
  const [preview, setPreview] = useState<LinkPreview>();
  useEffect(() => {
    let isCurrent = true;
    void previews.load(href).then((loaded) => isCurrent && setPreview(loaded));
    return () => {
      isCurrent = false;
    };
  }, [previews, href]);
  return preview ? <PreviewCard href={href} preview={preview} /> : null;
}

function PreviewCard({ href, preview }: { readonly href: string; readonly preview: LinkPreview }) {
  const { title, text, site, image } = preview;
  const { url } = useMedia(image?.mxc, { width: 160, height: 160, method: 'crop' });
  return (
    <a className={styles.card} href={href} target="_blank" rel="noreferrer noopener">
      <span className={styles.words}>
        <span className={styles.site}>{site ?? new URL(href).hostname}</span>
        <span className={styles.title}>{title}</span>
        {text !== undefined && <span className={styles.text}>{text}</span>}
      </span>
      {image && (
        <span className={styles.frame}>
          {url !== undefined && <img className={styles.image} src={url} alt="" draggable={false} />}
        </span>
      )}
    </a>
  );
}

/** The pages that a message links to, as far as nothing is covered; places of the hall are no pages. */
function listLinks({ body, html }: TextContent): readonly string[] {
  if (html?.includes('data-mx-spoiler')) return [];
  const links = linkify(body).flatMap((part) => (part.type === 'link' ? [part.href] : []));
  return [...new Set(links)].filter(isPage).slice(0, mostPreviews);
}

function isPage(href: string): boolean {
  const isHere = new URL(href).origin === window.location.origin;
  return !isHere && readLinkedPlace(href) === undefined && readMentionedUser(href) === undefined;
}
