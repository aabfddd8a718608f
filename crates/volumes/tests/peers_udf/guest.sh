# Runs in the guest. Everything that a mount says ends in its file; one that fails does not keep the others from being
# looked at.
modprobe -a loop udf nls_utf8
mkdir -p /mnt/image

# Mounts an image and lists what is in it, after so many names and more were written into it: FILE NUMBER NAMES.
look() {
  cp "/work/$1" /tmp/image
  dmesg -c >/dev/null
  if [ "$3" != 0 ]; then
    if mount -t udf -o loop,rw,iocharset=utf8 /tmp/image /mnt/image 2>"/work/$2.said"; then
      (cd /mnt/image && fill "$3") 2>>"/work/$2.said"
      umount /mnt/image 2>>"/work/$2.said"
      cp /tmp/image "/work/$1"
    fi
  fi
  if mount -t udf -o loop,ro,iocharset=utf8,unhide /tmp/image /mnt/image 2>>"/work/$2.said"; then
    list_folder /mnt/image "/work/$2.list" 2>>"/work/$2.said"
    umount /mnt/image 2>>"/work/$2.said"
  fi
  dmesg -c >>"/work/$2.said"
  rm /tmp/image
}

# So many bytes of noise.
noise() {
  dd if=/dev/urandom bs="$1" count=1 2>/dev/null
}

# FOLDER/NUMBER for each of those numbers: FOLDER FIRST STEP LAST.
paths() {
  for number in $(seq "$2" "$3" "$4"); do echo "$1/$number"; done
}

# Writes as people do. A program costs more here than what it does, so there are few.
fill() {
  # Files that are deleted leave holes, in which a larger file ends up in pieces.
  mkdir pieces
  noise 6000 >pieces/1
  for number in $(seq 2 30); do cat pieces/1 >pieces/$number; done
  sync
  rm $(paths pieces 2 2 30)
  noise 150000 >fragmented
  sync
  # Written to in turns, so that both are in pieces.
  for number in $(seq 8); do
    noise 3000 >>left
    noise 2500 >>right
    sync
  done
  # Names of which some go, and some change.
  mkdir many
  number=0
  while [ $number -lt "$1" ]; do : >"many/a name of some length, number $number"; number=$((number + 1)); done
  seq 0 3 $(($1 - 1)) | sed 's/.*/many\/a name of some length, number &/' | tr '\n' '\0' | xargs -0 rm
  for number in 1 4 7 10 22; do mv "many/a name of some length, number $number" "many/$number"; done
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
  noise 100000 >cut
  truncate -s 12345 cut
  echo 'a b' >'été'
  echo wide >'日本 😀'
  mkdir full
  mkdir $(paths full 1 1 20)
  rm -r pieces/1 full/7
}
