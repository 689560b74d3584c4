import { listChannels } from '../../matrix/channel-tree.ts';
import { readNow } from '../../matrix/store.ts';
import type { MenuEntry } from '../../ui/Menu.tsx';
import { accountActions } from './account-actions.ts';
import { type Action, listMenuEntries } from './action.ts';
import { channelActions } from './channel-actions.ts';
import { guildActions } from './guild-actions.ts';
import { type HallContext, hallActions, openSwitcher } from './hall-actions.ts';
import { messageActions } from './message-actions.ts';

/** Everything that can be done here and now, for the quick switcher: what menus and keys do as well. */
export function listActionsHere(context: HallContext): readonly MenuEntry[] {
  const { gateway, navigate, guildId, channelId } = context;
  const guild = guildId === undefined ? undefined : readNow(gateway.guild(guildId));
  const channel = guild && listChannels(guild.tree).find((listed) => listed.channelId === channelId);
  return [
    ...listMenuEntries(
      hallActions.filter((action) => action !== openSwitcher),
      context,
    ),
    ...(channel ? listMenuEntries(channelActions, { gateway, guild, channel, navigate }) : []),
    ...(guild ? listMenuEntries(guildActions, { gateway, guild, navigate }) : []),
    ...listMenuEntries(accountActions, context),
  ];
}

/** Every action that has a key, by where the key holds. */
export function listKeys(): {
  readonly everywhere: readonly KeyedAction[];
  readonly onMessages: readonly KeyedAction[];
} {
  return { everywhere: listKeyed(hallActions), onMessages: listKeyed(messageActions) };
}

/** As much of an action as a list of keys shows. */
export type KeyedAction = Pick<Action<never>, 'id' | 'label' | 'icon'> & { readonly key: string };

/** Those that have a key from the start: somebody may have chosen another one. */
function listKeyed(actions: readonly Action<never>[]): readonly KeyedAction[] {
  return actions.flatMap((action) => (action.key === undefined ? [] : [{ ...action, key: action.key }]));
}
