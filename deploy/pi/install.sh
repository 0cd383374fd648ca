#!/bin/sh
# Makes this machine a kubus server, a kubus board, or both (run it twice). See README.md beside it.
#
# It installs packages of the system, puts units in place and starts them. Run again, it changes only what differs;
# keys are kept.
set -eu

here=$(dirname -- "$(readlink -f -- "$0")")
root=$(readlink -f -- "$here/../..")

say() { printf '%s\n' "$*"; }
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }

usage() {
  say "usage: install.sh server --address IP [--link eth0]"
  say "       install.sh agent  --node NAME --server IP --address IP [--link eth0] [--ca FILE]"
  exit 2
}

[ $# -ge 1 ] || usage
role=$1
shift
address="" link=eth0 node="" server="" ca=""
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --address) address=$2 ;;
    --link) link=$2 ;;
    --node) node=$2 ;;
    --server) server=$2 ;;
    --ca) ca=$2 ;;
    *) usage ;;
  esac
  shift 2
done

[ "$(id -u)" = 0 ] || fail "run it as root: sudo $0 $role ..."
case "$(uname -m)$(getconf LONG_BIT)" in
  x86_6464 | aarch6464) ;;
  *) fail "kubus needs a 64-bit system: a Pi 3, 4, 5 or Zero 2 W with the 64-bit Raspberry Pi OS, or x86-64." ;;
esac
command -v systemctl >/dev/null 2>&1 || fail "this machine has no systemd."

install_packages() {
  missing=""
  command -v npm >/dev/null 2>&1 || missing="$missing npm"
  command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
  command -v nft >/dev/null 2>&1 || [ -x /usr/sbin/nft ] || missing="$missing nftables"
  [ -z "$missing" ] && return
  say "installing$missing ..."
  apt-get update -qq
  # shellcheck disable=SC2086 # One word per package.
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}

install_kubus() {
  install -d /usr/local/lib/kubus /etc/kubus
  ln -sfn "$root/kubus" /usr/local/bin/kubus
  /usr/local/bin/kubus build
}

# Raspberry Pi OS starts with the memory controller off: without it pods have no memory limits.
check_memory_controller() {
  if grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then return; fi
  cmdline=/boot/firmware/cmdline.txt
  [ -f "$cmdline" ] || cmdline=/boot/cmdline.txt
  if [ ! -f "$cmdline" ]; then
    say "warning: the memory controller is off; boot with cgroup_enable=memory to limit the memory of pods."
    return
  fi
  grep -qw cgroup_enable=memory "$cmdline" || sed -i '1 s/$/ cgroup_enable=memory/' "$cmdline"
  say "the memory controller is switched on in $cmdline: REBOOT this board when the installation is done."
}

start_unit() {
  install -m 644 "$here/$1.service" "/etc/systemd/system/$1.service"
  systemctl daemon-reload
  systemctl enable --quiet "$1"
  systemctl restart "$1"
}

install_server() {
  [ -n "$address" ] || usage
  # Debian's own nats-server service would start at once, open to everybody: the program alone is fetched.
  /usr/local/bin/kubus tools >/dev/null
  nats=$(/usr/local/bin/kubus tools | awk '$1 == "nats-server" { print $2 }')
  install -m 755 "$(readlink -f "$nats")" /usr/local/lib/kubus/nats-server
  /usr/local/bin/kubus server init --dir /var/lib/kubus --address "$address" --link "$link"
  start_unit kubus-bus
  start_unit kubus-server
  say "server installed. Next, on each board: deploy/pi/install.sh agent --node NAME --server $address --address IP"
}

install_agent() {
  if [ -z "$node" ] || [ -z "$server" ] || [ -z "$address" ]; then usage; fi
  [ -z "$ca" ] || install -m 644 "$ca" /etc/kubus/ca.crt
  check_memory_controller
  /usr/local/bin/kubus agent init --dir /etc/kubus --node "$node" --server "$server" --address "$address" --link "$link"
  install -D -m 644 "$here/watchdog.conf" /etc/systemd/system.conf.d/kubus-watchdog.conf
  if [ -f /etc/kubus/ca.crt ]; then
    start_unit kubus-agent
    say "agent started. On the server: kubectl get nodes"
  else
    say "Run this command again with --ca FILE once the server has let the board in (see above)."
  fi
}

install_packages
install_kubus
case $role in
  server) install_server ;;
  agent) install_agent ;;
  *) usage ;;
esac
