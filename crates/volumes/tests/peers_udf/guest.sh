# Runs in the guest. Everything that a mount says ends in its file; one that fails does not keep the others from being
# looked at.
modprobe -a loop udf nls_utf8
mkdir -p /mnt/image

# Mounts an image and lists what is in it: FILE NUMBER.
look() {
  dmesg -c >/dev/null
  if mount -t udf -o loop,ro,iocharset=utf8,unhide "/work/$1" /mnt/image 2>"/work/$2.said"; then
    list_folder /mnt/image "/work/$2.list" 2>>"/work/$2.said"
    umount /mnt/image 2>>"/work/$2.said"
  fi
  dmesg -c >>"/work/$2.said"
}

# Writes to an image as people do, and looks at it then: FILE NUMBER.
fill() {
  mount -t udf -o loop,rw,iocharset=utf8 "/work/$1" /mnt/image || return
  (
    cd /mnt/image
    # Files that are deleted leave holes, in which a larger file ends up in pieces.
    mkdir pieces
    for number in $(seq 40); do head -c 6000 /dev/zero | tr '\0' "$((number % 10))" >pieces/$number; done
    sync
    for number in $(seq 2 2 40); do rm pieces/$number; done
    head -c 300000 /dev/urandom >fragmented
    sync
    # Written to in turns, so that both are in pieces.
    for number in $(seq 60); do
      head -c 3000 /dev/urandom >>left
      head -c 2500 /dev/urandom >>right
      [ $((number % 20)) = 0 ] && sync
    done
    # Thousands of names, of which some go, and some change.
    mkdir many
    for number in $(seq 1200); do : >"many/a name of some length, number $number"; done
    for number in $(seq 1 3 1200); do rm "many/a name of some length, number $number"; done
    for number in $(seq 2 9 1200); do mv "many/a name of some length, number $number" "many/$number"; done
    mkdir -p a/b/c/d
    echo deep >a/b/c/d/file
    mv a/b/c moved
    rmdir a/b
    ln fragmented 'another name'
    ln fragmented a/third
    ln -s ../a/third a/link
    ln -s /absolute/path absolute
    mknod characters c 5 1
    mknod blocks b 7 3
    mknod pipe p
    echo small >small
    chmod 4751 small
    chown 1000:54321 small
    touch -d '2001-02-03 04:05:06' small
    dd if=/dev/urandom of=sparse bs=2048 seek=100 count=2 2>/dev/null
    dd if=/dev/urandom of=sparse bs=2048 seek=300 count=1 conv=notrunc 2>/dev/null
    head -c 100000 /dev/urandom >cut
    truncate -s 12345 cut
    echo 'a b' >'été'
    echo wide >'日本 😀'
    echo hidden >.dot
    mkdir full
    for number in $(seq 30); do mkdir full/$number; done
    rm -r pieces/1 full/7
  )
  sync
  umount /mnt/image
  look "$1" "$2"
}
