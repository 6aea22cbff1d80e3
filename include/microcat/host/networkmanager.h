/* SPDX-License-Identifier: MIT */
#ifndef MICROCAT_HOST_NETWORKMANAGER_H
#define MICROCAT_HOST_NETWORKMANAGER_H

/*
 * Keeps NetworkManager's hands off the link's interface. One that runs leaves an interface that others set up alone;
 * one that starts while the interface is there (an upgrade, a restart) takes a PPP interface for its own and flushes
 * its address: a link that is up and carries nothing (seen with 1.42.4, scenario 17-neighbours). So its run-time
 * configuration names the interface as long as it is there (NetworkManager.conf(5): unmanaged-devices, and a device
 * section for hosts whose own configuration sets that list anew).
 */

/**
 * From NetworkManager's next start on @ifname is unmanaged; in the place of what @owner (the instance) said before.
 * @folder: of its run-time configuration; NULL: /run/NetworkManager/conf.d, where /etc/NetworkManager is, else nothing
 * is written. 0, -EINVAL (a name that its syntax cannot say) or -errno.
 */
int mc_networkmanager_hands_off(const char *folder, const char *owner, const char *ifname);
/** Takes that back, also what a daemon before this one said. */
void mc_networkmanager_forget(const char *folder, const char *owner);

#endif
