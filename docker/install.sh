#!/bin/sh
# The steps of the image; the Dockerfile does nothing else.
#   install.sh build FOLDER   in the sources: installs what a build needs, builds, puts what belongs into the image there
#   install.sh run            in the image: installs what the programs need, makes their user and folders
set -eu

install_packages() {
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"
}

case ${1:-}:$# in
  build:2)
    install_packages make
    make build-packages
    make -j"$(nproc)" all
    # /lib is a link in an image, and no folder can be copied over it.
    make PREFIX=/usr UNITS=/usr/lib/systemd/system DESTDIR="$2" install
    install -d "$2/usr/lib/linewatch/lighttpd"
    install -m 755 docker/start docker/healthy "$2/usr/lib/linewatch/"
    install -m 755 lighttpd/run.sh "$2/usr/lib/linewatch/lighttpd/"
    install -m 644 lighttpd/run.conf lighttpd/login.conf lighttpd/linewatch.conf "$2/usr/lib/linewatch/lighttpd/"
    # Where run.sh looks for them.
    ln -s ../../share/linewatch/htdocs ../../share/linewatch/htdocs/openapi.json ../../sbin/monitord "$2/usr/lib/linewatch/"
    # What the programs are linked with, by the packages that it is in.
    for program in "$2/usr/sbin/monitord" "$2/usr/lib/linewatch/api.fcgi"; do ldd "$program"; done |
      awk '$2 == "=>" { print $3 }' | sort -u | while read -r library; do
      dpkg-query -S "$library" 2>/dev/null || dpkg-query -S "/usr$library"
    done | cut -d: -f1 | sort -u >"$2/usr/share/linewatch/libraries"
    ;;
  run:1)
    # Their number is the same in every image: it stands on the files of the volume.
    groupadd --system --gid 900 linewatch
    useradd --system --uid 900 --gid 900 --no-create-home --home-dir /data --shell /usr/sbin/nologin linewatch
    # shellcheck disable=SC2046 # a name a line
    install_packages lighttpd lighttpd-mod-deflate libjs-dygraphs ca-certificates tzdata \
      $(cat /usr/share/linewatch/libraries)
    rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
    install -d -o linewatch -g linewatch -m 0750 /data /run/linewatch
    ;;
  *)
    echo 'Usage: install.sh build FOLDER | install.sh run' >&2
    exit 2
    ;;
esac
